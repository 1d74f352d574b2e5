import { afterAll, beforeAll, expect, it } from "vitest";
import {
  logTask,
  NAMESPACE as namespace,
  openStage,
  someFlow,
  type Stage,
} from "#e2e/executions/stage.ts";
import { createExecution } from "./create.ts";
import { earlierRequest } from "./earlier-request.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it("an execution can be asked for again as it was, but for secrets and what the flow adds by itself", async () => {
  const flowId = await someFlow(
    "labels: { team: data }",
    "inputs:",
    "  - { id: who, type: STRING }",
    "  - { id: nested.count, type: INT, defaults: 3 }",
    "  - { id: empty, type: STRING, required: false }",
    "  - { id: password, type: SECRET }",
    "tasks:",
    ...logTask("a"),
  );
  const request = { namespace, flowId, connectionId: "this-machine" };
  const given = { who: "Ada", password: "s3cret" };
  const { id } = await createExecution({ ...request, inputs: given, labels: { reason: "again" } });
  await createExecution({ ...request, inputs: { ...given, who: "Grace" }, labels: {} });

  expect(await earlierRequest(id)).toEqual({
    inputs: { who: "Ada", "nested.count": 3, empty: null },
    labels: { reason: "again" },
    connectionId: "this-machine",
  });
});

it("what is not there cannot be asked for again", async () => {
  await expect(earlierRequest("nowhere")).rejects.toMatchObject({ code: "not-found" });
});
