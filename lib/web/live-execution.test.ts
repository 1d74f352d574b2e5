import { afterAll, beforeAll, expect, test } from "vitest";
import { good, playExecution } from "#e2e/executions/play.ts";
import { chunksOf } from "#e2e/executions/log-chunks.ts";
import { logTask, openStage, someExecution, someFlow, type Stage } from "#e2e/executions/stage.ts";
import type { LiveEvent } from "#lib/core/live-event.ts";
import { advanceExecution } from "#lib/executions/advance.ts";
import { deleteExecution } from "#lib/executions/delete.ts";
import { recordAttempt, recordRemoval } from "#lib/executions/record.ts";
import { pool } from "#lib/store/database.ts";
import { appendLog } from "#lib/store/log-write.ts";
import { endLiveStreams } from "./live-streams.ts";
import { liveExecution } from "./live-execution.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

interface Received {
  id: string;
  data: LiveEvent;
}

/** Reads events until one of this type has come, or the stream ends. */
async function* events(answer: Response): AsyncGenerator<Received> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const match = /^id: (.*)\ndata: (.*)$/.exec(part);
      // liveExecution writes nothing else.
      if (match) yield { id: match[1] ?? "", data: JSON.parse(match[2] ?? "") as LiveEvent };
    }
  }
}

function open(id: string, after?: string, lastEventId?: string): Promise<Response> {
  const url = `http://localhost/${after === undefined ? "" : `?after=${after}`}`;
  const headers = new Headers(lastEventId === undefined ? {} : [["last-event-id", lastEventId]]);
  return liveExecution(new Request(url, { headers }), id);
}

const player = { owner: "player", leaseSeconds: 30 };

async function running(id: string) {
  const advanced = await advanceExecution(id, null, player);
  const lease = advanced?.claimed[0]?.lease;
  if (!lease) throw new Error("nothing was claimed");
  let sequence = 0;
  let count = 0;
  const write = async (...texts: string[]): Promise<void> => {
    const lines = texts.map((text) => ({
      bytes: Buffer.from(text),
      timeMs: Date.now(),
      level: "INFO" as const,
      stream: null,
    }));
    const chunks = chunksOf(lines);
    await appendLog(lease, { chunks, attemptLine: count, progress: {}, sequence, metrics: [] });
    count += lines.length;
    sequence += 1;
  };
  return { lease, write };
}

test("a reader gets the whole execution, then every line as it comes, then the end", async () => {
  const id = await someExecution(await someFlow("tasks:", ...logTask("a")));
  const { lease, write } = await running(id);
  await write("one", "two");
  const stream = events(await open(id));
  const first = (await stream.next()).value as Received;
  expect(first.data).toMatchObject({ type: "execution", execution: { id, state: "RUNNING" } });
  const second = (await stream.next()).value as Received;
  expect(second.data).toMatchObject({ type: "log", lines: [{ text: "one" }, { text: "two" }] });
  await write("three");
  const third = (await stream.next()).value as Received;
  expect(third.data).toMatchObject({ type: "log", lines: [{ text: "three", index: 2 }] });
  await advanceExecution(id, { kind: "attempt-ended", lease, end: good }, player);
  const rest: LiveEvent[] = [];
  for await (const { data } of stream) rest.push(data);
  expect(rest.at(-1)).toEqual({ type: "end" });
  expect(rest.at(-2)).toMatchObject({ type: "execution", execution: { state: "SUCCESS" } });
});

test("a reader whose execution has ended still hears that its pod was removed", async () => {
  const id = await someExecution(await someFlow("tasks:", ...logTask("a")));
  const { lease } = await running(id);
  const handle = { namespace: "default", name: "a-pod" };
  await recordAttempt(lease, { runner: "kubernetes", handle });
  const stream = events(await open(id));
  await stream.next();
  await advanceExecution(id, { kind: "attempt-ended", lease, end: good }, player);
  let ended = (await stream.next()).value as Received;
  while (ended.data.type === "log") ended = (await stream.next()).value as Received;
  expect(ended.data).toMatchObject({ execution: { state: "SUCCESS" } });
  const at = new Date();
  await recordRemoval(lease, at);
  const rest: LiveEvent[] = [];
  for await (const { data } of stream) rest.push(data);
  const attempts = [{ marks: { removed: at.toISOString() } }];
  expect(rest).toMatchObject([{ type: "execution", taskRuns: [{ attempts }] }, { type: "end" }]);
});

test("a reader does not wait for a removal that nobody will record any more", async () => {
  const id = await someExecution(await someFlow("tasks:", ...logTask("a")));
  const { lease } = await running(id);
  const handle = { namespace: "default", name: "a-pod" };
  await recordAttempt(lease, { runner: "kubernetes", handle });
  await advanceExecution(id, { kind: "attempt-ended", lease, end: good }, player);
  await pool().query("UPDATE attempts SET ended_at = now() - interval '1 hour' WHERE id = $1", [
    lease.attemptId,
  ]);
  const types: string[] = [];
  for await (const { data } of events(await open(id))) types.push(data.type);
  expect(types).toEqual(["execution", "end"]);
});

test("a reader whose stream broke goes on with nothing lost and nothing repeated", async () => {
  const id = await someExecution(await someFlow("tasks:", ...logTask("a")));
  const { lease, write } = await running(id);
  const texts: string[] = [];
  let cursor = "0:0";
  for (let round = 0; round < 5; round += 1) {
    const batch = [`${round} a`, `${round} b`, `${round} c`];
    await write(...batch);
    // The query names where the page began; the browser's own header is newer and wins.
    const answer = await open(
      id,
      round % 2 === 0 ? cursor : "0:0",
      round % 2 === 0 ? undefined : cursor,
    );
    for await (const { id: cursorNow, data } of events(answer)) {
      cursor = cursorNow;
      if (data.type !== "log") continue;
      texts.push(...data.lines.map((line) => line.text));
      break;
    }
    if (round === 2) endLiveStreams();
  }
  expect(texts).toEqual(
    [0, 1, 2, 3, 4].flatMap((round) => [`${round} a`, `${round} b`, `${round} c`]),
  );
  await advanceExecution(id, { kind: "attempt-ended", lease, end: good }, player);
  const last: LiveEvent[] = [];
  for await (const { data } of events(await open(id, cursor))) last.push(data);
  expect(last.map(({ type }) => type)).toEqual(["execution", "end"]);
});

test("a reader who comes after the end with everything gets only the end", async () => {
  const id = await someExecution(await someFlow("tasks:", ...logTask("a")));
  await playExecution(id, () => good);
  let cursor = "";
  for await (const event of events(await open(id))) cursor = event.id;
  const again: LiveEvent[] = [];
  for await (const { data } of events(await open(id, cursor))) again.push(data);
  expect(again).toEqual([{ type: "end" }]);
});

test("a cursor of another database begins from nothing", async () => {
  const id = await someExecution(await someFlow("tasks:", ...logTask("a")));
  await playExecution(id, () => good);
  const types: string[] = [];
  for await (const { data } of events(await open(id, "999999:5"))) types.push(data.type);
  expect(types[0]).toBe("execution");
});

test("an execution that is not there, or is deleted, is not found", async () => {
  await expect(open("0000000000000000000000")).rejects.toMatchObject({ code: "not-found" });
  const id = await someExecution(await someFlow("tasks:", ...logTask("a")));
  await playExecution(id, () => good);
  await deleteExecution(id);
  await expect(open(id)).rejects.toMatchObject({ code: "not-found" });
});
