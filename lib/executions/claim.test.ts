import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  logTask,
  openStage,
  someExecution as create,
  someFlow as flow,
  type Stage,
} from "#e2e/executions/stage.ts";
import { bad, good } from "#e2e/executions/play.ts";
import { pool } from "#lib/store/database.ts";
import { LeaseLostError } from "#lib/store/lease.ts";
import { advanceExecution } from "./advance.ts";
import type { AttemptEnd } from "./attempt-end.ts";
import { claimAttempts, releaseLeases, renewLeases } from "./claim.ts";
import { killExecution } from "./kill.ts";
import { getExecution } from "./read.ts";
import { recordAttempt } from "./record.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const one = { owner: "one", leaseSeconds: 30 };
const two = { owner: "two", leaseSeconds: 30 };
const plain = () => flow("tasks:", ...logTask("a"));

describe("a kill", () => {
  it("ends at once what no worker has", async () => {
    const id = await create(await plain());
    expect(await killExecution(id)).toEqual({ state: "KILLED" });
    await expect(killExecution(id)).rejects.toMatchObject({ code: "conflict" });
  });

  it("leaves what a worker has to the worker", async () => {
    const id = await create(await plain());
    const advanced = await advanceExecution(id, null, one);
    expect(await killExecution(id)).toEqual({ state: "KILLING" });
    expect(await killExecution(id)).toEqual({ state: "KILLING" });
    const [attempt] = advanced?.claimed ?? [];
    if (!attempt) throw new Error("nothing was claimed");
    const { killed } = await renewLeases([attempt.lease], 30);
    expect(killed).toEqual(new Set([attempt.lease.attemptId]));
    const end: AttemptEnd = { ...good, state: "KILLED", exitCode: null };
    await advanceExecution(id, { kind: "attempt-ended", lease: attempt.lease, end }, one);
    const execution = await getExecution(id);
    expect(execution.state).toBe("KILLED");
    expect(execution.taskRuns[0]?.state).toBe("KILLED");
  });
});

describe("a lease", () => {
  it("that another worker took lets its old owner change nothing", async () => {
    const id = await create(await plain());
    const advanced = await advanceExecution(id, null, one);
    const old = advanced?.claimed[0]?.lease;
    if (!old) throw new Error("nothing was claimed");
    expect(await claimAttempts(two, 10)).toEqual([]);
    await releaseLeases([old]);
    const [adopted] = await claimAttempts(two, 10);
    expect(adopted?.lease).toEqual({ ...old, owner: "two", number: 2 });
    expect((await renewLeases([old], 30)).held.size).toBe(0);
    await expect(recordAttempt(old, { node: "x" })).rejects.toThrow(LeaseLostError);
    const end = { kind: "attempt-ended", lease: old, end: bad } as const;
    await expect(advanceExecution(id, end, one)).rejects.toThrow(LeaseLostError);
    expect((await getExecution(id)).state).toBe("RUNNING");
    if (!adopted) throw new Error("nothing was adopted");
    await advanceExecution(id, { kind: "attempt-ended", lease: adopted.lease, end: good }, two);
    expect((await getExecution(id)).state).toBe("SUCCESS");
  });

  it("is renewed while hundreds of statements wait for a connection", async () => {
    const id = await create(await plain());
    const lease = (await advanceExecution(id, null, one))?.claimed[0]?.lease;
    if (!lease) throw new Error("nothing was claimed");
    const all = pool().options.max ?? 0;
    const taken = await Promise.all(Array.from({ length: all }, () => pool().connect()));
    try {
      expect((await renewLeases([lease], 30)).held).toEqual(new Set([lease.attemptId]));
    } finally {
      for (const client of taken) client.release();
    }
  });

  it("ends once: an end that is told twice is recorded once", async () => {
    const id = await create(await plain());
    const advanced = await advanceExecution(id, null, one);
    const lease = advanced?.claimed[0]?.lease;
    if (!lease) throw new Error("nothing was claimed");
    const happening = { kind: "attempt-ended", lease, end: good } as const;
    await advanceExecution(id, happening, one);
    const { version } = await getExecution(id);
    const again = await advanceExecution(id, { ...happening, end: bad }, one);
    expect(again?.state).toBe("SUCCESS");
    expect((await getExecution(id)).version).toBe(version);
  });
});
