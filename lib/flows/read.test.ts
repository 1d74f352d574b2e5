import { afterAll, beforeAll, expect, test } from "vitest";
import { NAMESPACE, openStage, someExecution, type Stage } from "#e2e/executions/stage.ts";
import { deleteFlow } from "./delete.ts";
import { getFlow, listFlows, listNamespaces } from "./read.ts";
import { saveFlow } from "./save.ts";

let stage: Stage;
const sourceOf = (namespace: string, id: string, message: string): string =>
  `id: ${id}\nnamespace: ${namespace}\ndescription: About ${id}\nlabels:\n  owner: ${id}-team\ntasks:\n  - id: say\n    type: io.kestra.plugin.core.log.Log\n    message: ${message}\n`;

beforeAll(async () => {
  stage = await openStage();
  await saveFlow(sourceOf("company", "alpha", "one 100%"), "new");
  await saveFlow(sourceOf("company.team", "beta", "two"), "new");
  await saveFlow(sourceOf("companyother", "gamma", "three_x"), "new");
  await saveFlow(sourceOf(NAMESPACE, "busy", "four"), "new");
  await saveFlow(sourceOf("company", "gone", "five"), "new");
  await deleteFlow({ namespace: "company", id: "gone" });
});
afterAll(() => stage.close());

test.each([
  [{}, ["alpha", "beta", "busy", "gamma"]],
  [{ namespace: "company" }, ["alpha", "beta"]],
  [{ namespace: "company.team" }, ["beta"]],
  [{ text: "ALPHA" }, ["alpha"]],
  [{ text: "beta-team" }, ["beta"]],
  [{ text: "About g" }, ["gamma"]],
  [{ text: "100%" }, ["alpha"]],
  [{ text: "three_x" }, ["gamma"]],
  [{ text: "threeyx" }, []],
  [{ text: "one", namespace: "companyother" }, []],
])("flows are found by %j", async (filter, ids) => {
  const found = await listFlows(filter);
  expect(found.map(({ id }) => id).toSorted()).toEqual(ids);
});

test("a list of flows has the last 16 executions of each, the newest last", async () => {
  const made: string[] = [];
  for (let count = 0; count < 18; count += 1) made.push(await someExecution("busy"));
  const [flow] = await listFlows({ text: "busy" });
  expect(flow?.recent.map(({ id }) => id)).toEqual(made.slice(2));
  expect(flow?.recent[0]).toMatchObject({ state: "CREATED", endedAt: null });
});

test("a search as odd as SQL finds nothing and breaks nothing", async () => {
  for (const text of ["'; DROP TABLE flows; --", "\\", "%", "_", "a\u0000b"]) {
    await listFlows({ text });
  }
  expect(await listFlows()).toHaveLength(4);
});

test("namespaces are those that have a flow", async () => {
  expect(await listNamespaces()).toEqual(["company", "company.team", "companyother", NAMESPACE]);
});

test("a flow comes with its inputs and what the validator says", async () => {
  await saveFlow(
    `id: asks\nnamespace: company\ninputs:\n  - id: n\n    type: INT\ntasks:\n  - id: say\n    type: io.kestra.core.tasks.log.Log\n    message: "{{ inputs.n }}"\n`,
    "new",
  );
  expect(await getFlow({ namespace: "company", id: "asks" })).toMatchObject({
    isCurrent: true,
    inputs: [{ id: "n", type: "INT", isRequired: true }],
    problems: [{ severity: "info", range: { startLine: 8 } }],
  });
});
