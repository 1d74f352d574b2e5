import { createHash } from "node:crypto";

export interface FlowPath {
  namespace: string;
  flowId: string;
}

/** Bytes that a name may have: with what stands around it, it still fits a file system's limit of 255. */
const MAX_NAME_BYTES = 200;

/** `kestra:///…` of a file that an execution was given (LANGUAGE.md 2.3). */
export function inputUri(
  flow: FlowPath,
  file: { executionId: string; inputId: string; name: string },
): string {
  return `${base(flow)}/executions/${file.executionId}/inputs/${file.inputId}/${encoded(file.name)}`;
}

/** `kestra:///…` of a file that no execution has yet. */
export function uploadUri(
  flow: FlowPath,
  file: { uploadId: string; inputId: string; name: string },
): string {
  return `${base(flow)}/uploads/${file.uploadId}/${file.inputId}/${encoded(file.name)}`;
}

/** `kestra:///…` of a file that a task made; two files of the same name in two folders differ. */
export function outputUri(
  flow: FlowPath,
  file: {
    executionId: string;
    taskId: string;
    taskRunId: string;
    attemptId: string;
    path: string;
  },
): string {
  const hash = createHash("sha256").update(`${file.attemptId}/${file.path}`).digest("hex");
  const name = safeName(file.path);
  return `${base(flow)}/executions/${file.executionId}/tasks/${file.taskId}/${file.taskRunId}/${hash.slice(0, 10)}-${encoded(name)}`;
}

/**
 * The last part of a path as a name that is fit to be stored and downloaded: no folders, no control
 * characters, not too long; its ending stays.
 */
export function safeName(path: string, fallback = "file"): string {
  const last = path.split(/[/\\]/).at(-1) ?? "";
  const clean = last
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, "")
    .trim();
  const name = clean === "" || clean === "." || clean === ".." ? fallback : clean;
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  const ending = /\.[^.]{1,20}$/.exec(name)?.[0] ?? "";
  let stem = name.slice(0, name.length - ending.length);
  while (Buffer.byteLength(stem + ending) > MAX_NAME_BYTES) {
    stem = stem.replace(/.$/su, "");
  }
  return stem + ending;
}

function base({ namespace, flowId }: FlowPath): string {
  return `kestra:///${namespace.replaceAll(".", "/")}/${flowId}`;
}

/** So that the URI is one word in a command, whatever the name. */
function encoded(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
