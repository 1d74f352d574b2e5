import { streamLog, streamRawLog, type LogFilter } from "#lib/executions/read-log.ts";
import { attachmentHeader } from "./file-name.ts";
import { pulledStream } from "./pulled-stream.ts";

/** The lines that match (of one task only when `taskId` is given), as a text file, read while they are sent. */
export function logDownload(executionId: string, filter: LogFilter, taskId?: string): Response {
  const type = "text/plain; charset=utf-8";
  return download(executionId, type, () => textOf(executionId, filter, taskId));
}

/** The same lines as the bytes that were printed, without times and levels. */
export function rawLogDownload(executionId: string, filter: LogFilter, taskId?: string): Response {
  const type = "application/octet-stream";
  return download(executionId, type, () => streamRawLog(executionId, filter, taskId));
}

function download(
  executionId: string,
  type: string,
  open: () => AsyncGenerator<Uint8Array>,
): Response {
  return new Response(pulledStream(open), {
    headers: {
      "content-type": type,
      "content-disposition": attachmentHeader(`${executionId}.log`),
      "cache-control": "no-store, no-transform",
    },
  });
}

async function* textOf(
  executionId: string,
  filter: LogFilter,
  taskId: string | undefined,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const lines of streamLog(executionId, filter)) {
    const wanted = taskId === undefined ? lines : lines.filter((line) => line.taskId === taskId);
    const text = wanted.map((line) => `${line.time} ${line.level} ${line.text}\n`).join("");
    if (text !== "") yield encoder.encode(text);
  }
}
