import { afterAll, beforeAll, expect, test } from "vitest";
import { chunksOf } from "#e2e/executions/log-chunks.ts";
import { logTask, openStage, someExecution, someFlow, type Stage } from "#e2e/executions/stage.ts";
import { advanceExecution } from "#lib/executions/advance.ts";
import type { StoredLine } from "#lib/store/log-chunk.ts";
import { appendLog } from "#lib/store/log-write.ts";
import { route } from "#lib/web/http.ts";
import { dispatch } from "./dispatch.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const answerOf = route((request) => dispatch(request));

async function download(id: string, query: string): Promise<Buffer> {
  const url = `http://localhost/api/v1/logs/${id}/download?${query}`;
  const answer = await answerOf(new Request(url), { params: Promise.resolve({}) });
  return Buffer.from(await answer.arrayBuffer());
}

test("a log is downloaded to be read, or raw: byte for byte what the program printed", async () => {
  const id = await someExecution(await someFlow("tasks:", ...logTask("a")));
  const advanced = await advanceExecution(id, null, { owner: "one", leaseSeconds: 30 });
  const lease = advanced?.claimed[0]?.lease;
  if (!lease) throw new Error("nothing was claimed");
  const line = (bytes: Buffer, stream: StoredLine["stream"]): StoredLine => ({
    bytes,
    stream,
    level: "INFO",
    timeMs: Date.parse("2026-11-25T00:51:03Z"),
  });
  const noise = Buffer.from([0xff, 0, 0x80]);
  const chunks = chunksOf([line(noise, null), line(Buffer.from("Exit 7."), "podflow")]);
  await appendLog(lease, { chunks, attemptLine: 0, sequence: 0, progress: {}, metrics: [] });
  expect((await download(id, "")).toString()).toBe(
    `2026-11-25T00:51:03.000Z INFO ${noise.toString()}\n2026-11-25T00:51:03.000Z INFO Exit 7.\n`,
  );
  const raw = Buffer.concat([noise, Buffer.from("\n")]);
  expect(await download(id, "raw=true&attempt=0&taskId=a")).toEqual(raw);
  expect(await download(id, "raw=true&attempt=1")).toHaveLength(0);
  expect(await download(id, "raw=true&taskId=other")).toHaveLength(0);
});
