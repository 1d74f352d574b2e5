import { afterAll, beforeAll, expect, test } from "vitest";
import { logTask, openStage, someExecution, someFlow, type Stage } from "#e2e/executions/stage.ts";
import { advanceExecution } from "#lib/executions/advance.ts";
import { Masks } from "#lib/executions/masks.ts";
import { pool } from "#lib/store/database.ts";
import type { StoredLine } from "#lib/store/log-chunk.ts";
import { LogWriter } from "./log-writer.ts";
import { progressFrom } from "./progress.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

test.each([
  ["long", 100_000, 100],
  ["empty", 0, 1_000_000],
])("whoever brings %s lines waits while too much is unwritten", async (_, length, count) => {
  const id = await someExecution(await someFlow("tasks:", ...logTask("a")));
  const advanced = await advanceExecution(id, null, { owner: "one", leaseSeconds: 30 });
  const lease = advanced?.claimed[0]?.lease;
  if (!lease) throw new Error("nothing was claimed");
  const line: StoredLine = {
    bytes: Buffer.alloc(length, "x"),
    timeMs: 1_800_000_000_000,
    level: "INFO",
    stream: null,
  };
  const { signal } = new AbortController();
  const progress = progressFrom({});
  const writer = new LogWriter({ lease, signal, masks: new Masks(), minLevel: "INFO", progress });
  const other = await pool().connect();
  try {
    await other.query("BEGIN");
    // No line of the execution can be stored meanwhile.
    await other.query("SELECT 1 FROM executions WHERE id = $1 FOR UPDATE", [id]);
    writer.line(line);
    await writer.advance({});
    for (let added = 0; added < count; added += 1) writer.line(line);
    let isWaiting = true;
    const going = writer.advance({}).then(() => (isWaiting = false));
    await other.query("SELECT 1");
    expect(isWaiting).toBe(true);
    await other.query("COMMIT");
    await going;
    await writer.flush();
    expect(progress).toMatchObject({ lines: count + 1, bytes: (count + 1) * length });
  } finally {
    other.release(true);
  }
});
