import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  logTask,
  NAMESPACE as namespace,
  openStage,
  someExecution as create,
  someFlow as flow,
  type Stage,
} from "#e2e/executions/stage.ts";
import { bad, good, playExecution as run } from "#e2e/executions/play.ts";
import { pool } from "#lib/store/database.ts";
import { advanceDue, advanceExecution } from "./advance.ts";
import { forgetFlows } from "./flow-revision.ts";
import { getExecution } from "./read.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const one = { owner: "one", leaseSeconds: 30 };
const two = { owner: "two", leaseSeconds: 30 };
const plain = () => flow("tasks:", ...logTask("a"));

describe("an execution", () => {
  it("goes through its tasks to its end, with every state in its history", async () => {
    const id = await create(await flow("tasks:", ...logTask("a"), ...logTask("b")));
    await run(id, () => good);
    const execution = await getExecution(id);
    expect(execution.state).toBe("SUCCESS");
    expect(execution.stateHistory.map((change) => change.state)).toEqual([
      "CREATED",
      "RUNNING",
      "SUCCESS",
    ]);
    expect(execution.taskRuns.map((its) => [its.taskId, its.state])).toEqual([
      ["a", "SUCCESS"],
      ["b", "SUCCESS"],
    ]);
    expect(execution.taskRuns[0]?.stateHistory.map((change) => change.state)).toEqual([
      "CREATED",
      "RUNNING",
      "SUCCESS",
    ]);
    expect(execution.taskRuns[0]?.outputs).toEqual({ value: "x" });
    expect(execution.endedAt).not.toBeNull();
  });

  it("fails with its task, and runs no other", async () => {
    const id = await create(await flow("tasks:", ...logTask("a"), ...logTask("b")));
    await run(id, () => bad);
    const execution = await getExecution(id);
    expect(execution.state).toBe("FAILED");
    expect(execution.failure?.message).toBe("Command failed with exit code 3");
    expect(execution.taskRuns).toHaveLength(1);
    expect(execution.taskRuns[0]?.outputs).toEqual({ value: "x" });
  });

  it("evaluates runIf and its outputs from what ended in the same step", async () => {
    const id = await create(
      await flow(
        "tasks:",
        ...logTask("a"),
        ...logTask("b", `runIf: "{{ outputs.a.value == 'x' }}"`),
        ...logTask("c", `runIf: "{{ outputs.a.value == 'y' }}"`),
        "outputs:",
        "  - id: result",
        "    type: STRING",
        `    value: "{{ outputs.a.value }}!"`,
      ),
    );
    await run(id, () => good);
    const execution = await getExecution(id);
    expect(execution.taskRuns.map((its) => its.state)).toEqual(["SUCCESS", "SUCCESS", "SKIPPED"]);
    expect(execution.state).toBe("SUCCESS");
    expect(execution.outputs).toEqual({ result: "x!" });
  });

  it("fails when its outputs cannot be evaluated, and says which", async () => {
    const id = await create(
      await flow(
        "tasks:",
        ...logTask("a"),
        "outputs:",
        "  - id: result",
        "    type: STRING",
        `    value: "{{ outputs.a.nothing.there }}"`,
      ),
    );
    await run(id, () => good);
    const execution = await getExecution(id);
    expect(execution.state).toBe("FAILED");
    expect(execution.failure?.message).toContain("output result");
  });

  it("tries again when the flow says so, and ends with the last try", async () => {
    const id = await create(
      await flow(
        "tasks:",
        ...logTask("a", "retry:", "  type: constant", "  interval: PT0S", "  maxAttempt: 3"),
      ),
    );
    let tries = 0;
    await run(id, () => (++tries < 3 ? bad : good));
    const execution = await getExecution(id);
    expect(execution.state).toBe("SUCCESS");
    const [its] = execution.taskRuns;
    expect(its?.attempts.map((attempt) => attempt.state)).toEqual(["FAILED", "FAILED", "SUCCESS"]);
    expect(its?.stateHistory.map((change) => change.state)).toContain("RETRYING");
  });

  it("is advanced by one worker only when several want to", async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, async () => create(await plain())));
    const claimed: string[] = [];
    const worker = async (claimer: typeof one): Promise<void> => {
      for (let idle = 0; idle < 3;) {
        const advanced = await advanceDue(claimer);
        if (!advanced) idle += 1;
        for (const attempt of advanced?.claimed ?? []) claimed.push(attempt.lease.executionId);
      }
    };
    await Promise.all([worker(one), worker(two), worker(one), worker(two)]);
    expect(claimed.toSorted()).toEqual(ids.toSorted());
  });

  it("ends as failed when its flow cannot be read any more", async () => {
    const flowId = await plain();
    const id = await create(flowId);
    const key = [namespace, flowId];
    await pool().query("DELETE FROM flow_revisions WHERE namespace = $1 AND flow_id = $2", key);
    forgetFlows();
    await advanceExecution(id, null, one);
    const execution = await getExecution(id);
    expect(execution.state).toBe("FAILED");
    expect(execution.failure?.kind).toBe("flow");
  });
});
