import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chunksOf } from "#e2e/executions/log-chunks.ts";
import { logTask, openStage, someExecution, someFlow, type Stage } from "#e2e/executions/stage.ts";
import { advanceExecution } from "#lib/executions/advance.ts";
import { readLog, readLogFrom, searchLog, streamLog } from "#lib/executions/read-log.ts";
import type { LogLine } from "#lib/core/log-line.ts";
import { pool } from "./database.ts";
import { LeaseLostError, type Lease } from "./lease.ts";
import type { StoredLine } from "./log-chunk.ts";
import { appendLog, type LogAppend } from "./log-write.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

async function leased(): Promise<Lease> {
  const id = await someExecution(await someFlow("tasks:", ...logTask("a")));
  const advanced = await advanceExecution(id, null, { owner: "one", leaseSeconds: 30 });
  const lease = advanced?.claimed[0]?.lease;
  if (!lease) throw new Error("nothing was claimed");
  return lease;
}

const line = (text: string, level: StoredLine["level"] = "INFO"): StoredLine => ({
  bytes: Buffer.from(text),
  timeMs: 1_800_000_000_000,
  level,
  stream: "stdout",
});
const append = (sequence: number, attemptLine: number, lines: StoredLine[]): LogAppend => ({
  chunks: chunksOf(lines),
  attemptLine,
  sequence,
  progress: { cursor: `after ${attemptLine + lines.length}` },
  metrics: [],
});
const progressOf = async (lease: Lease): Promise<unknown> =>
  (await pool().query("SELECT progress FROM attempts WHERE id = $1", [lease.attemptId])).rows[0];

describe("a log", () => {
  it("is what was appended, in order and with its places, from any line on", async () => {
    const lease = await leased();
    const texts = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    for (let at = 0; at < 50; at += 10) {
      await appendLog(
        lease,
        append(
          at / 10,
          at,
          texts.slice(at, at + 10).map((t) => line(t)),
        ),
      );
    }
    const { lines, total } = await readLog(lease.executionId, {}, { offset: 0, limit: 1000 });
    expect(total).toBe(50);
    expect(lines.map((its) => its.text)).toEqual(texts);
    expect(lines.map((its) => its.index)).toEqual(texts.map((_, index) => index));
    expect(lines[0]).toMatchObject({ taskId: "a", attemptNumber: 0, stream: "stdout" });
    const rest = await readLogFrom(lease.executionId, 43);
    expect(rest.map((its) => its.text)).toEqual(texts.slice(43));
    expect(await readLogFrom(lease.executionId, 50)).toEqual([]);
    expect(await progressOf(lease)).toEqual({
      progress: { cursor: "after 50", sequence: 5 },
    });
  });

  it("keeps a block that is repeated after a lost answer once", async () => {
    const lease = await leased();
    await appendLog(lease, append(0, 0, [line("once")]));
    await appendLog(lease, append(0, 0, [line("once")]));
    const { total } = await readLog(lease.executionId, {}, { offset: 0, limit: 10 });
    expect(total).toBe(1);
  });

  it("takes nothing from a worker that has lost the attempt", async () => {
    const lease = await leased();
    const old = { ...lease, number: lease.number - 1 };
    await expect(appendLog(old, append(0, 0, [line("late")]))).rejects.toThrow(LeaseLostError);
    expect((await readLog(lease.executionId, {}, { offset: 0, limit: 10 })).total).toBe(0);
  });

  it("gives windows of what a filter leaves", async () => {
    const lease = await leased();
    const levels = ["DEBUG", "INFO", "ERROR", "WARN"] as const;
    const all = Array.from({ length: 40 }, (_, index) =>
      line(`line ${index}`, levels[index % 4] ?? "INFO"),
    );
    for (let at = 0; at < 40; at += 8) {
      await appendLog(lease, append(at / 8, at, all.slice(at, at + 8)));
    }
    const wanted = all.filter((its) => its.level === "ERROR" || its.level === "WARN");
    const filter = { minLevel: "WARN", attempt: 0 } as const;
    const window = await readLog(lease.executionId, filter, { offset: 5, limit: 7 });
    expect(window.total).toBe(20);
    expect(window.lines.map((its) => its.text)).toEqual(
      wanted.slice(5, 12).map((its) => its.bytes.toString()),
    );
    expect((await readLog(lease.executionId, { attempt: 1 }, { offset: 0, limit: 5 })).total).toBe(
      0,
    );
    const found = await searchLog(lease.executionId, filter, {
      text: "LINE 3",
      isRegex: false,
      isCaseSensitive: false,
    });
    // 3, 30, 31, 34, 35, 38 and 39 have the text; 2 of each 4 lines are in the list.
    expect(found).toEqual({ positions: [1, 14, 15, 16, 17, 18, 19], isTruncated: false });
    const streamed: string[] = [];
    for await (const lines of streamLog(lease.executionId, filter)) {
      streamed.push(...lines.map((its) => its.text));
    }
    expect(streamed).toEqual(wanted.map((its) => its.bytes.toString()));
  });

  it("keeps any bytes and counts metrics with the lines", async () => {
    const lease = await leased();
    const odd = Buffer.from([0, 255, 10, 13, 0]);
    const metric = { taskId: "a", name: "rows", type: "counter", value: 3, tags: { k: "v" } };
    const big = { ...line(""), bytes: Buffer.alloc(700_000, "x") };
    await appendLog(lease, {
      ...append(0, 0, [{ ...line(""), bytes: odd }, big, big]),
      metrics: [metric],
    });
    const { lines } = await readLog(lease.executionId, {}, { offset: 0, limit: 10 });
    expect(lines[0]?.text).toBe(odd.toString());
    expect(lines[2]?.text).toHaveLength(700_000);
    const { rows } = await pool().query("SELECT name, value, tags FROM metrics");
    expect(rows).toEqual([{ name: "rows", value: 3, tags: { k: "v" } }]);
  });

  it("gives the beginning of a long line, and says so, where no more is asked for", async () => {
    const lease = await leased();
    const texts = ["ä".repeat(10), "ä".repeat(11), "x".repeat(50_000), "short"];
    const lines = texts.map((text) => line(text));
    await appendLog(lease, append(0, 0, lines));
    const told = [
      { text: texts[0] },
      { text: "ä".repeat(10), wholeBytes: 22 },
      { text: "x".repeat(10), wholeBytes: 50_000 },
      { text: "short" },
    ];
    const { executionId } = lease;
    const stretch = { limit: 10, maxCharacters: 10 };
    const parts = (lines: LogLine[]): object[] =>
      lines.map(({ text, wholeBytes }) => ({ text, wholeBytes }));
    const whole = await readLog(executionId, {}, { offset: 0, ...stretch });
    expect(parts(whole.lines)).toEqual(told);
    const some = await readLog(executionId, { minLevel: "INFO" }, { offset: 1, ...stretch });
    expect(parts(some.lines)).toEqual(told.slice(1));
    expect(parts(await readLogFrom(executionId, 0, stretch))).toEqual(told);
  });

  it.each([
    ["without a filter", {}],
    ["with one", { minLevel: "INFO" }],
  ] as const)("of long lines comes in windows of some 16 MiB, %s", async (_, filter) => {
    const lease = await leased();
    const sizes = Array.from({ length: 30 }, (_each, index) => 1_000_000 + index);
    for (const [at, size] of sizes.entries()) {
      await appendLog(lease, append(at, at, [line("x".repeat(size))]));
    }
    const { executionId } = lease;
    const found: number[] = [];
    for (let windows = 0; found.length < sizes.length; windows += 1) {
      const window = { offset: found.length, limit: 500 };
      const { lines, total } = await readLog(executionId, filter, window);
      expect(total).toBe(30);
      expect(lines.length).toBeLessThanOrEqual(17);
      expect(windows).toBeLessThan(3);
      found.push(...lines.map((its) => its.text.length));
    }
    expect(found).toEqual(sizes);
    expect((await readLogFrom(executionId, 4)).length).toBeLessThanOrEqual(17);
    const streamed: number[] = [];
    for await (const lines of streamLog(executionId, filter)) {
      streamed.push(...lines.map((its) => its.text.length));
    }
    expect(streamed).toEqual(sizes);
  });

  it("grows from several sides at once without a gap", async () => {
    const lease = await leased();
    const other = await leased();
    const write = async (its: Lease): Promise<void> => {
      for (let at = 0; at < 20; at += 1) await appendLog(its, append(at, at, [line(`${at}`)]));
    };
    await Promise.all([write(lease), write(other)]);
    for (const its of [lease, other]) {
      const { lines } = await readLog(its.executionId, {}, { offset: 0, limit: 100 });
      expect(lines.map((each) => each.index)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    }
  });
});
