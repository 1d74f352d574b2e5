import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { someExecution, someFlow, taskOf } from "#e2e/executions/stage.ts";
import { logTexts, someWorker, until, untilEnded } from "#e2e/executions/worker-stage.ts";
import { getExecution } from "#lib/executions/read.ts";
import { createProcessRunner } from "#lib/runner/process/process-runner.ts";
import { diskArtifacts } from "#lib/store/artifact-disk.ts";
import { openArtifacts } from "#lib/store/artifacts.ts";
import { closeDatabase, openDatabase } from "#lib/store/database.ts";
import { closeWakeups } from "#lib/store/listen.ts";
import { type PostgresServer, startPostgres } from "#lib/supervisor/postgres/server.ts";
import { migrate } from "#prisma/migrate.ts";
import type { Worker } from "./worker.ts";

const MIB = 1024 ** 2;
const LINES = 800;
const WAIT = { timeout: 60_000, interval: 50 };
/** Only root may mount a disk of a test's own. */
const isRoot = process.getuid?.() === 0;

/** A small disk of their own for the database and the stored files. */
let disk: string;
/** Where the tasks run. */
let runs: string;
let server: PostgresServer;
let worker: Worker;

async function open(): Promise<void> {
  disk = mkdtempSync(join(tmpdir(), "podflow-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=300m,mode=711", "tmpfs", disk]);
  server = await start();
  await migrate(server.url);
  openDatabase(server.url, 10);
  openArtifacts(diskArtifacts(join(disk, "artifacts")));
  runs = mkdtempSync(join(tmpdir(), "podflow-runs-"));
  const runner = createProcessRunner({ folder: runs, installationId: "disk" });
  worker = someWorker(runner);
}

function start(wantedPort?: number): Promise<PostgresServer> {
  const log = join(disk, "postgres.log");
  return startPostgres(join(disk, "postgres"), log, wantedPort ? { wantedPort } : {});
}

async function close(): Promise<void> {
  await worker.stop();
  await closeWakeups();
  await closeDatabase();
  await server.stop();
  execFileSync("umount", [disk]);
  for (const folder of [disk, runs]) rmSync(folder, { recursive: true });
}

function hasEnded({ process: { exitCode, signalCode } }: PostgresServer): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Takes all room but this. */
async function fill(leftBytes: number): Promise<void> {
  await writeFile(join(disk, "filler"), Buffer.alloc((await room()) - leftBytes));
}
async function room(): Promise<number> {
  const { bavail, bsize } = await statfs(disk);
  return bavail * bsize;
}
const makeRoom = (): Promise<void> => rm(join(disk, "filler"));

const script = async (...commands: string[]): Promise<string> =>
  someFlow(
    "tasks:",
    ...taskOf(
      "work",
      "io.kestra.plugin.scripts.shell.Commands",
      'outputFiles: ["*.bin"]',
      `commands: ${JSON.stringify(commands)}`,
    ),
  );

describe.skipIf(!isRoot)("a data folder whose disk is full", () => {
  beforeAll(open);
  afterAll(close);

  it("fails the execution whose file it cannot take, by that name, and takes the next one", async () => {
    const flow = await script("echo begun", `head -c ${16 * MIB} /dev/zero > made.bin`);
    await fill(8 * MIB);
    const failed = await untilEnded(await someExecution(flow));
    expect(failed.state).toBe("FAILED");
    expect(failed.failure).toMatchObject({ kind: "storage", fault: "platform" });
    expect(failed.failure?.message).toContain("The disk that keeps files is full");
    expect(await logTexts(failed.id)).toContain("begun");
    await makeRoom();
    const next = await untilEnded(await someExecution(flow));
    expect(next).toMatchObject({ state: "SUCCESS", failure: null });
    expect(next.taskRuns[0]?.files).toMatchObject([{ name: "made.bin", size: 16 * MIB }]);
  });

  it("loses no line of a log that the database had no room for, once there is some", async () => {
    const go = join(runs, "go");
    const id = await someExecution(
      await script(
        "echo begun",
        `while [ ! -e ${go} ]; do sleep 0.1; done`,
        `i=0; while [ $i -lt ${LINES} ]; do echo $i $(head -c 20000 /dev/urandom | base64 -w 0); i=$((i+1)); done`,
        "echo ended",
      ),
    );
    await until(id, (execution) => execution.logLines > 0);
    await fill(4 * MIB);
    await writeFile(go, "");
    // PostgreSQL refuses what has no room in a table, and ends itself for want of its own log.
    const isHeldUp = async (): Promise<boolean> => hasEnded(server) || (await room()) < MIB / 4;
    await expect.poll(isHeldUp, WAIT).toBe(true);
    await makeRoom();
    const execution = await vi.waitFor(async () => {
      // As the supervisor does; it may end a moment after its disk has been full.
      if (hasEnded(server)) server = await start(server.port);
      const its = await getExecution(id);
      expect(its.endedAt).not.toBeNull();
      return its;
    }, WAIT);
    expect(execution).toMatchObject({ state: "SUCCESS", failure: null });
    expect(execution.taskRuns[0]?.attempts).toHaveLength(1);
    const texts = await logTexts(id);
    expect(texts.map((text) => text.split(" ")[0])).toEqual([
      "begun",
      ...Array.from({ length: LINES }, (_, index) => String(index)),
      "ended",
    ]);
  });
});
