import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  NAMESPACE,
  openStage,
  someExecution,
  someFlow,
  type Stage,
  taskOf,
} from "#e2e/executions/stage.ts";
import { someWorker, until } from "#e2e/executions/worker-stage.ts";
import { log } from "#lib/config/log.ts";
import { getExecution } from "#lib/executions/read.ts";
import { forgetOldUploads, usedConnections } from "#lib/executions/sweep.ts";
import { storeUpload } from "#lib/executions/upload.ts";
import { artifacts } from "#lib/store/artifacts.ts";
import { pool } from "#lib/store/database.ts";
import type { Runner } from "#lib/runner/contract.ts";
import { createFakeRunner, FakePlace } from "#lib/runner/fake/fake-runner.ts";
import { startSweep, sweepBytes, sweepRuns } from "./sweep.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => stage.close());

const script = (...commands: string[]) =>
  someFlow(
    "tasks:",
    ...taskOf("a", "io.kestra.plugin.scripts.shell.Commands", "commands:", ...commands),
  );
const later = (): Date => new Date(Date.now() + 3_600_000);
async function* body(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("some bytes");
}

/** Runs of live attempts, whose worker has stopped. */
async function abandoned(count = 1): Promise<{ place: FakePlace; runner: Runner; ids: string[] }> {
  const place = new FakePlace();
  const runner = createFakeRunner(place);
  const worker = someWorker(runner);
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) {
    const id = await someExecution(await script("  - sleep 60"));
    await until(id, (its) => its.taskRuns[0]?.attempts[0]?.marks.created !== undefined);
    ids.push(id);
  }
  await worker.stop();
  return { place, runner, ids };
}

describe("the sweep", () => {
  it("removes runs that no live attempt owns, and only those that are not quite new", async () => {
    const { place, runner, ids } = await abandoned();
    const [id = ""] = ids;
    expect(await sweepRuns(runner, later())).toEqual([]);
    const state = `UPDATE attempts SET state = 'FAILED' WHERE execution_id = $1`;
    await pool().query(state, [id]);
    expect(await sweepRuns(runner, new Date())).toEqual([]);
    expect(place.runs.size).toBe(1);
    expect(await sweepRuns(runner, later())).toMatchObject([{ executionId: id }]);
    expect(place.runs.size).toBe(0);
    const its = await getExecution(id);
    expect(its.taskRuns[0]?.attempts[0]?.marks.removed).toBeDefined();
  });

  it("leaves what an attempt needs beside its own run as long as its task run goes on", async () => {
    const { place, runner, ids } = await abandoned();
    const [id] = ids;
    const [own] = place.runs.values();
    if (!own) throw new Error("Nothing runs.");
    await runner.start({ ...own.spec, attemptId: "beside" }, AbortSignal.timeout(90_000));
    expect(await sweepRuns(runner, later())).toEqual([]);
    const over = `UPDATE attempts SET state = 'FAILED' WHERE execution_id = $1`;
    await pool().query(over, [id]);
    expect(await sweepRuns(runner, later())).toHaveLength(2);
    expect(place.runs.size).toBe(0);
  });

  it("goes on with the others where one cannot be removed", async () => {
    const { place, runner, ids } = await abandoned(3);
    await pool().query("UPDATE attempts SET state = 'FAILED' WHERE execution_id = ANY ($1)", [ids]);
    const [first] = place.runs.keys();
    const destroy = runner.destroy.bind(runner);
    runner.destroy = async (target, ...rest) => {
      if (target.attemptId === first) throw new Error("It may not be deleted.");
      return destroy(target, ...rest);
    };
    const warned = vi.spyOn(log(), "warn");
    const removed = await sweepRuns(runner, later());
    expect(warned.mock.calls).toEqual([
      [
        expect.objectContaining({ run: `/fake/${first}`, error: "Error: It may not be deleted." }),
        "a run that nobody owns could not be removed: trying again later",
      ],
    ]);
    expect(removed.map(({ executionId }) => executionId)).toEqual(ids.slice(1));
    expect([...place.runs.keys()]).toEqual([first]);
    const [left] = (await getExecution(ids[0] ?? "")).taskRuns;
    expect(left?.attempts[0]?.marks.removed).toBeUndefined();
  });

  it("says in the worker's log what it removes, with its namespace and its age", async () => {
    const { place, runner, ids } = await abandoned();
    const [id] = ids;
    await pool().query("UPDATE attempts SET state = 'FAILED' WHERE execution_id = $1", [id]);
    const [run] = place.runs.values();
    const told = vi.spyOn(log(), "info");
    await sweepRuns(runner, new Date(Number(run?.createdAt) + 3_600_000));
    const facts = { run: run?.handle.name, namespace: "", execution: id, ageSeconds: 3600 };
    expect(told).toHaveBeenCalledWith(facts, "a run that nobody owns is removed");
  });

  it("leaves pods that their flow keeps", async () => {
    const { place, runner, ids } = await abandoned();
    const [id] = ids;
    const kept = `UPDATE attempts SET state = 'FAILED',
      progress = progress || '{"keepsPod": true}' WHERE execution_id = $1`;
    await pool().query(kept, [id]);
    expect(await sweepRuns(runner, later())).toEqual([]);
    expect(place.runs.size).toBe(1);
  });

  it("knows the namespaces that were used on a connection, also after a restart", async () => {
    const worker = someWorker(createFakeRunner(new FakePlace()));
    const on = `UPDATE attempts SET state = 'FAILED', connection_id = 'imported:x', handle = $2
      WHERE execution_id = $1`;
    for (const namespace of ["one", "two", "two", ""]) {
      const id = await someExecution(await script("  - echo a"));
      await until(id, (its) => its.state === "SUCCESS");
      await pool().query(on, [id, { namespace }]);
    }
    await worker.stop();
    const used = await usedConnections();
    const { namespaces = [] } = used.find(({ id }) => id === "imported:x") ?? {};
    expect(namespaces.toSorted()).toEqual(["one", "two"]);
  });

  it("lets the places go that it has looked into, and not before", async () => {
    const worker = someWorker(createFakeRunner(new FakePlace()));
    const id = await someExecution(await script("  - echo a"));
    await until(id, (its) => its.state === "SUCCESS");
    await worker.stop();
    const of = "UPDATE attempts SET connection_id = NULL WHERE execution_id = $1";
    await pool().query(of, [id]);
    const [listed, signals] = [Promise.withResolvers<boolean>(), new Set<AbortSignal>()];
    const runner = createFakeRunner(new FakePlace());
    runner.list = async () => {
      listed.resolve([...signals].some((signal) => signal.aborted));
      return [];
    };
    const sweep = startSweep({
      openRunner: async (_id, held) => {
        signals.add(held);
        return runner;
      },
      configRunners: async (held) => {
        signals.add(held);
        return [runner];
      },
    });
    expect(await listed.promise).toBe(false);
    await sweep.stop();
    expect([...signals].map((signal) => signal.aborted)).toEqual([true]);
  });

  it("removes uploads that nobody took within a day", async () => {
    const flowId = await script("  - echo hi");
    const upload = { namespace: NAMESPACE, flowId, inputId: "f", name: "x.txt", body: body() };
    const { uri } = await storeUpload({ ...upload, expectedBytes: null, maxBytes: 100 });
    expect(await forgetOldUploads()).toBe(0);
    const age = "UPDATE artifacts SET created_at = now() - interval '2 days' WHERE uri = $1";
    await pool().query(age, [uri]);
    expect(await forgetOldUploads()).toBe(1);
    const shelves = await readdir(join(stage.folder, "artifacts"));
    const files = shelves.map((shelf) => readdir(join(stage.folder, "artifacts", shelf)));
    expect((await Promise.all(files)).flat()).toEqual([]);
  });

  it("removes bytes that no file refers to", async () => {
    const { key } = await artifacts().put(body(), 100);
    expect(await sweepBytes(new Date(0))).toBe(0);
    expect(await sweepBytes(later())).toBe(1);
    expect(await Array.fromAsync(artifacts().keysBefore(later()))).not.toContain(key);
  });
});
