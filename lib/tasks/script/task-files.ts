import { hasExpression } from "#lib/flow/schema/parts.ts";
import { isTooLong } from "./argument-limit.ts";
import { StoredFiles } from "./stored-files.ts";

/** The volume with the working directory, by the name that Kestra gives it. */
export const FILES_VOLUME = "kestra-files";

/** The parts of a pod that can name the volume. */
interface NamingParts {
  podSpec?: unknown;
  containerSpec?: unknown;
  containerDefaultSpec?: unknown;
}

/**
 * Whether the task brings or keeps files, as it is written; what an expression gives is not known. A
 * plan tells the same by what it holds (planScript).
 * @param isScriptFile whether the script of this type becomes a file
 */
export function movesFiles(properties: Record<string, unknown>, isScriptFile: boolean): boolean {
  const { inputFiles, outputFiles, outputDirectory, runner } = properties;
  const contents = typeof inputFiles === "string" ? [] : Object.values(mapOf(inputFiles));
  return (
    isScriptFile ||
    contents.some((content) => content !== null) ||
    listOf(outputFiles).length > 0 ||
    outputDirectory === "true" ||
    runner !== undefined ||
    needsFiles(properties)
  );
}

/** Commands that name stored files, or that no argument can hold, become files. */
function needsFiles({ beforeCommands, commands, script }: Record<string, unknown>): boolean {
  const texts = [...listOf(beforeCommands), ...listOf(commands), script].filter(
    (text) => typeof text === "string",
  );
  const text = texts.join("\n");
  const stored = new StoredFiles();
  stored.replaced(text);
  return stored.files().length > 0 || (!hasExpression(text) && isTooLong(text));
}

/**
 * Whether the pod has the volume for other reasons than files that are moved: a container of the
 * flow mounts it, or the flow says how large it is. The pod's own container works in it then as well
 * (lib/runner/kubernetes/files-volume.ts has the same rule for what it is given).
 */
export function namesFilesVolume(parts: NamingParts): boolean {
  const { containers, initContainers, volumes } = mapOf(parts.podSpec);
  const all = [
    parts.containerSpec,
    parts.containerDefaultSpec,
    ...listOf(containers),
    ...listOf(initContainers),
  ];
  return isNamedIn(volumes) || all.some((container) => isNamedIn(mapOf(container)["volumeMounts"]));
}

function isNamedIn(list: unknown): boolean {
  return listOf(list).some((item) => mapOf(item)["name"] === FILES_VOLUME);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function mapOf(value: unknown): Record<string, unknown> {
  // Only own properties of a map are read.
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
