import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import { someWorker, untilEnded } from "#e2e/executions/worker-stage.ts";
import { createFakeRunner, FakePlace } from "#lib/runner/fake/fake-runner.ts";
import type { Worker } from "./worker.ts";

let stage: Stage;
let worker: Worker;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach(() => {
  worker = someWorker(createFakeRunner(new FakePlace()));
});
afterEach(() => worker.stop());

/** From line 7 of its flow on. */
const task = [
  "taskRunner:",
  "  type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes",
  "  podSpec:",
  '    restartPolicy: "{{ vars.policy }}"',
  "commands:",
  '  - "# fake: forbidden"',
];
const run = (policy: string): Promise<string> =>
  someFlow(
    `variables: {policy: ${policy}}`,
    "tasks:",
    ...taskOf("a", "io.kestra.plugin.scripts.shell.Commands", ...task),
  ).then(someExecution);

it.each([
  ["what an expression makes of the pod breaks the task", "Always", "config", 10],
  ["the place refuses a part of the attempt", "Never", "forbidden", 11],
])("when %s, the failure has its line", async (_what, policy, kind, line) => {
  const id = await run(policy);
  const { failure } = await untilEnded(id);
  expect(failure).toMatchObject({ kind, line });
});
