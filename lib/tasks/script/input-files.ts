import { taskFailure } from "../task-failure.ts";
import type { PlannedFile, TaskContext, TaskFailure } from "../task-type.ts";

/** File systems allow at most this many bytes in one part of a path. */
const MAX_SEGMENT_BYTES = 255;
const MAX_PATH_BYTES = 4096;

/**
 * The files that `inputFiles` asks for, as a map or as JSON text (LANGUAGE.md 2.3).
 * @throws TaskFailure of kind `input-files` for a path that leaves the working directory
 */
export async function plannedInputFiles(
  written: Record<string, string | null> | string | undefined,
  context: TaskContext,
): Promise<PlannedFile[]> {
  if (written === undefined) return [];
  const files = typeof written === "string" ? await fromJson(written, context) : null;
  const planned = new Map<string, PlannedFile>();
  const entries = Object.entries(files ?? (written as Record<string, string | null>));
  for (const [key, value] of entries) {
    if (value === null) continue;
    const isRendered = files !== null;
    const path = checkedPath(isRendered ? key : await context.render(key, `inputFiles.${key}`));
    const text = isRendered ? value : await context.render(value, `inputFiles.${key}`);
    planned.set(path, plannedFile(path, text));
  }
  refuseFolders([...planned.keys()]);
  return [...planned.values()];
}

async function fromJson(
  written: string,
  context: TaskContext,
): Promise<Record<string, string | null>> {
  const rendered = await context.render(written, "inputFiles");
  const refusal = (evidence: string): TaskFailure =>
    taskFailure(
      "input-files",
      "`inputFiles` is text that is no JSON map of file names to contents or URIs.",
      'Write a map, or an expression that gives one, e.g. `"{{ outputs.task.outputFiles }}"`.',
      evidence,
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(rendered);
  } catch (error) {
    throw refusal(error instanceof Error ? error.message : String(error));
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw refusal(rendered.slice(0, 200));
  }
  return Object.fromEntries(
    Object.entries(parsed).map(([key, value]: [string, unknown]) => [
      key,
      value === null || typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function plannedFile(path: string, text: string): PlannedFile {
  const trimmed = text.trim();
  if (/^kestra:\/\/\S+$/.test(trimmed)) {
    return { path, content: { kind: "uri", uri: trimmed }, isExecutable: false };
  }
  if (/^(nsfile|file):\/\/\S*$/.test(trimmed)) {
    throw taskFailure(
      "input-files",
      `The input file \`${path}\` is to come from \`${trimmed}\`, which is not supported yet.`,
      "Hand it over as a FILE input or write its text into the flow.",
    );
  }
  return { path, content: { kind: "text", text }, isExecutable: text.startsWith("#!") };
}

/** The path, cleaned of `.` parts. @throws TaskFailure when it would leave the working directory */
export function checkedPath(written: string): string {
  const refuse = (why: string): TaskFailure =>
    taskFailure(
      "input-files",
      `\`inputFiles\` has the name \`${written.slice(0, 120)}\`, which ${why}.`,
      "Use a path relative to the working directory, e.g. `data/in.csv`.",
    );
  if (written.includes("\0")) throw refuse("has a NUL character");
  if (written.startsWith("/") || /^[a-zA-Z]:[\\/]/.test(written)) throw refuse("is absolute");
  const parts = written.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw refuse("leaves the working directory");
  if (parts.length === 0 || written.endsWith("/")) throw refuse("names no file");
  const tooLong = parts.some((part) => Buffer.byteLength(part) > MAX_SEGMENT_BYTES);
  if (tooLong) throw refuse(`has a part of more than ${MAX_SEGMENT_BYTES} bytes`);
  const path = parts.join("/");
  if (Buffer.byteLength(path) > MAX_PATH_BYTES)
    throw refuse(`has more than ${MAX_PATH_BYTES} bytes`);
  return path;
}

/** `a` cannot be a file and the folder of `a/b` at once. */
function refuseFolders(paths: string[]): void {
  const files = new Set(paths);
  for (const path of paths) {
    const parts = path.split("/");
    for (let length = 1; length < parts.length; length += 1) {
      const folder = parts.slice(0, length).join("/");
      if (!files.has(folder)) continue;
      throw taskFailure(
        "input-files",
        `\`inputFiles\` has both the file \`${folder}\` and \`${path}\` inside of it.`,
        "Rename one of them.",
      );
    }
  }
}
