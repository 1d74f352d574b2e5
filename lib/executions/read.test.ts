import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  logTask,
  NAMESPACE as namespace,
  openStage,
  someExecution as create,
  someFlow as flow,
  type Stage,
} from "#e2e/executions/stage.ts";
import { good } from "#e2e/executions/play.ts";
import { pool } from "#lib/store/database.ts";
import { transaction } from "#lib/store/transaction.ts";
import { advanceExecution } from "./advance.ts";
import { changedSince, getExecution, listExecutions, recentExecutions } from "./read.ts";
import { recordAttempt } from "./record.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const one = { owner: "one", leaseSeconds: 30 };
/** How many statements wait for a lock. */
async function waitForALock(): Promise<number> {
  const { rows } = await pool().query<{ waiting: number }>(
    `SELECT count(*)::int AS waiting FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows[0]?.waiting ?? 0;
}

const plain = () => flow("tasks:", ...logTask("a"));

describe("readers", () => {
  it("get what changed since the version they have", async () => {
    const id = await create(await flow("tasks:", ...logTask("a"), ...logTask("b")));
    const first = await getExecution(id);
    expect(await changedSince(id, first.version)).toBeNull();
    const advanced = await advanceExecution(id, null, one);
    const lease = advanced?.claimed[0]?.lease;
    if (!lease) throw new Error("nothing was claimed");
    const begun = await changedSince(id, first.version);
    expect(begun?.taskRuns.map((its) => its.taskId)).toEqual(["a"]);
    await recordAttempt(lease, { node: "n1", marks: { scheduled: new Date(0).toISOString() } });
    const news = await changedSince(id, begun?.execution.version ?? 0);
    expect(news?.taskRuns[0]?.attempts[0]?.marks.scheduled).toBe("1970-01-01T00:00:00.000Z");
    await advanceExecution(id, { kind: "attempt-ended", lease, end: good }, one);
    const next = await changedSince(id, news?.execution.version ?? 0);
    expect(next?.taskRuns.map((its) => [its.taskId, its.state])).toEqual([
      ["a", "SUCCESS"],
      ["b", "RUNNING"],
    ]);
  });

  it("see an execution at one moment, whatever is written while they read", async () => {
    const id = await create(await plain());
    const lease = (await advanceExecution(id, null, one))?.claimed[0]?.lease;
    if (!lease) throw new Error("nothing was claimed");
    const reading = await transaction(async (writer) => {
      // The reader waits here with the execution's row read, and not the rest.
      await writer.query("LOCK TABLE attempts IN ACCESS EXCLUSIVE MODE");
      const waiting = getExecution(id);
      await expect.poll(waitForALock).toBeGreaterThan(0);
      for (const table of ["attempts", "task_runs", "executions"]) {
        const key = table === "executions" ? "id" : "execution_id";
        await writer.query(`UPDATE ${table} SET state = 'SUCCESS' WHERE ${key} = $1`, [id]);
      }
      return { waiting };
    });
    const { state, taskRuns } = await reading.waiting;
    const [run] = taskRuns;
    expect([state, run?.state, run?.attempts[0]?.state]).toEqual(Array(3).fill("RUNNING"));
    expect((await getExecution(id)).taskRuns[0]?.attempts[0]?.state).toBe("SUCCESS");
  });

  it("page through a list without a gap or a repeat", async () => {
    const flowId = await plain();
    const ids: string[] = [];
    for (let count = 0; count < 7; count += 1) ids.unshift(await create(flowId));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listExecutions>> = await listExecutions(
        { flowId },
        cursor,
        3,
      );
      seen.push(...page.items.map((item) => item.id));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual(ids);
    const recent = await recentExecutions([{ namespace, id: flowId }], 2);
    expect(recent.get(`${namespace}/${flowId}`)?.map((its) => its.id)).toEqual([ids[1], ids[0]]);
    expect((await listExecutions({ text: ids[3] }, null)).items).toHaveLength(1);
    expect((await listExecutions({ flowId, states: ["FAILED"] }, null)).items).toEqual([]);
    await expect(listExecutions({}, "junk")).rejects.toMatchObject({ code: "malformed" });
  });
});
