import { Readable } from "node:stream";
import { ZipFile } from "yazl";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { findFile } from "#lib/executions/read-files.ts";
import { attachmentHeader } from "./file-name.ts";
import { pulledStream } from "./pulled-stream.ts";

interface Entry {
  path: string;
  uri: string;
}

/** Every file of an execution in one archive, made while it is sent; none of it is held or kept. */
export function zipResponse(execution: ExecutionView): Response {
  const body = pulledStream(() => zipOf(execution.id, zipEntries(execution)));
  return new Response(body, {
    headers: {
      "content-type": "application/zip",
      "content-disposition": attachmentHeader(`${execution.flowId}-${execution.id}.zip`),
      "cache-control": "no-store, no-transform",
    },
  });
}

/** A folder for the inputs and one for each task; a second file of the same path gets a number. */
export function zipEntries(execution: Pick<ExecutionView, "inputFiles" | "taskRuns">): Entry[] {
  const taken = new Set<string>();
  const entry = (folder: string, file: { name: string; uri: string }): Entry => {
    const wanted = safePath(`${folder}/${file.name}`);
    let path = wanted;
    for (let count = 2; taken.has(path); count += 1) path = `${wanted} (${count})`;
    taken.add(path);
    return { path, uri: file.uri };
  };
  return [
    ...execution.inputFiles.map((file) => entry("inputs", file)),
    ...execution.taskRuns.flatMap((run) => {
      const folder = run.value === null ? run.taskId : `${run.taskId}/${run.value}`;
      return run.files.map((file) => entry(folder, file));
    }),
  ];
}

/** A path that no program unpacks outside its folder. */
function safePath(path: string): string {
  const parts = path.replaceAll("\\", "_").split("/");
  return parts
    .filter((part) => part !== "" && part !== ".")
    .map((part) => (part === ".." ? "_" : part))
    .join("/");
}

async function* zipOf(executionId: string, entries: Entry[]): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile();
  let current: Readable | null = null;
  // An archive that cannot be finished ends in an error, so that nobody takes its half for the whole.
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  zip.on("error", broken.reject);
  for (const { path, uri } of entries) {
    zip.addReadStreamLazy(path, { compressionLevel: 1 }, (give) => {
      findFile(executionId, uri).then(
        (file) => {
          current = file.open();
          current.once("error", broken.reject);
          give(null, current);
        },
        (error: unknown) => broken.reject(error),
      );
    });
  }
  zip.end();
  const chunks = zip.outputStream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const part = await Promise.race([chunks.next(), broken.promise]);
      if (part.done === true) return;
      yield Buffer.from(part.value);
    }
  } finally {
    destroy(current);
    destroy(zip.outputStream);
  }
}

function destroy(stream: unknown): void {
  if (stream instanceof Readable) stream.destroy();
}
