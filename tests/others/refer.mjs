// A GP's system built on fhir-kit-client: refers somebody, and follows it until there is a place.
//
// In, one JSON object: {url, token, bundle, taskNumber}. Out, a JSON line for each thing that it
// saw, named by "step"; what to think of it is the test's.
import { text } from "node:stream/consumers";
import { Client } from "fhir-kit-client";

const POLLS = 300; // a tenth of a second apart
const { url, token, bundle, taskNumber } = JSON.parse(await text(process.stdin));
const client = new Client({ baseUrl: url, bearerToken: token });

const tell = (step, facts) => process.stdout.write(`${JSON.stringify({ step, ...facts })}\n`);
const stage = (task) => task.businessStatus?.coding?.[0]?.code;
const httpOf = (answer) => Client.httpFor(answer).response;

// What the client threw: the status and the OperationOutcome that it kept.
async function refused(attempt) {
  try {
    await attempt();
    return { status: null };
  } catch (error) {
    return { status: error.response?.status, outcome: error.response?.data };
  }
}

const statement = await client.capabilityStatement();
tell("metadata", { version: statement.fhirVersion });

const made = await client.transaction({ body: bundle });
const places = Object.fromEntries(
  made.entry.map((entry) => entry.response.location.split("/").slice(-4, -2)),
);
tell("referred", { type: made.type, places });

const read = (resourceType) => client.read({ resourceType, id: places[resourceType] });
const [request, patient] = [await read("ServiceRequest"), await read("Patient")];
tell("read", { identifier: request.identifier, name: patient.name });

const byNumber = await client.search({
  resourceType: "Task",
  searchParams: { identifier: taskNumber },
});
tell("found", { tasks: byNumber.entry.map(({ resource }) => resource.id) });

let task = byNumber.entry[0].resource;
for (let poll = 0; poll < POLLS && stage(task) !== "accepted"; poll += 1) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  task = await read("Task");
}
tell("followed", { stage: stage(task) });

const seen = [];
let page = await client.search({
  resourceType: "Observation",
  searchParams: { patient: `Patient/${places.Patient}`, _count: "2" },
});
let pages = 0;
while (page && pages < POLLS) {
  pages += 1;
  seen.push(...(page.entry ?? []).map(({ resource }) => resource.id));
  page = page.link.some(({ relation }) => relation === "next")
    ? await client.nextPage({ bundle: page })
    : null;
}
tell("paged", { seen });

const id = places.Patient;
const was = await read("Patient");
const etag = httpOf(was).headers.get("etag");
const put = (body) =>
  client.update({ resourceType: "Patient", id, body, options: { headers: { "If-Match": etag } } });
const unchanged = await refused(() =>
  client.read({ resourceType: "Patient", id, options: { headers: { "If-None-Match": etag } } }),
);
const changed = await put({ ...was, gender: "unknown" });
const stale = await refused(() => put(was));
const first = await client.vread({ resourceType: "Patient", id, version: "1" });
const history = await client.history({ resourceType: "Patient", id });
tell("changed", {
  etag,
  unchanged: unchanged.status,
  version: changed.meta.versionId,
  stale: stale.status,
  gender: [first.gender, changed.gender],
  history: history.entry.map(({ resource }) => resource.meta.versionId),
});

tell("refused", {
  unknown: await refused(() =>
    client.read({ resourceType: "Task", id: "0190a0a0-0000-7000-8000-000000000000" }),
  ),
  invalid: await refused(() =>
    client.create({ resourceType: "Patient", body: { resourceType: "Patient", gender: "none" } }),
  ),
});

process.exit(); // its connections would keep it for a while
