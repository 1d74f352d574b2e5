import type { SourceRange } from "#lib/core/flow-view.ts";
import { readYaml } from "#lib/flow/read-yaml.ts";
import { keyRange, nodeAt, type SourcePath, type YamlSource } from "#lib/flow/yaml-source.ts";

/** Names in an attempt's spec whose properties have others, the best first. */
const KUBERNETES: Record<string, string[][]> = {
  helperImage: [["fileSidecar", "image"]],
  helperResources: [["fileSidecar", "resources"]],
  helperSpec: [["fileSidecar", "defaultSpec"], ["fileSideCarSpec"]],
};
const OF_TASK: Record<string, string[][]> = {
  image: [["containerImage"], ["docker", "image"]],
  command: [["commands"], ["script"]],
};
const SINGULAR: Record<string, string> = { requests: "request", limits: "limit" };

/**
 * Where a task of the flow says a part of its attempt's spec, e.g.
 * `["kubernetes", "podSpec", "volumes", 0]`; what is not written there itself, such as what an
 * expression gives, is at the nearest thing above it.
 * @param source the flow's YAML
 * @param task the task's index
 * @returns null when nothing of it is written
 */
export function writtenPlace(
  source: string,
  task: number,
  specPath: readonly (string | number)[],
): SourceRange | null {
  return nearestPlace(source, task, writtenPaths(specPath));
}

/** The place of the first of these paths of a task that leads farthest; null when none leads anywhere. */
export function nearestPlace(text: string, task: number, paths: SourcePath[]): SourceRange | null {
  const { source } = readYaml(text);
  if (source === null) return null;
  let best: { path: SourcePath; depth: number } | null = null;
  for (const path of paths.flatMap(spellings)) {
    const found = deepest(source, ["tasks", task], path);
    if (found.depth > (best?.depth ?? 0)) best = found;
  }
  return best && keyRange(source, best.path);
}

/** `connection` is another name of `config`. */
function spellings(path: SourcePath): SourcePath[] {
  const [first, second, ...rest] = path;
  if (first !== "taskRunner" || second !== "config") return [path];
  return [path, [first, "connection", ...rest]];
}

function writtenPaths([first, ...rest]: readonly (string | number)[]): SourcePath[] {
  if (first !== "kubernetes") return OF_TASK[String(first)] ?? [[first ?? "", ...rest]];
  const [name = "", ...below] = rest;
  const places = KUBERNETES[name] ?? [[name]];
  const paths = places.map((place): SourcePath => ["taskRunner", ...place, ...below]);
  const isAmounts = name === "resources" || name === "helperResources";
  const singular = SINGULAR[String(below[0])];
  if (!isAmounts || singular === undefined) return paths;
  const older = places.map((place) => ["taskRunner", ...place, singular, ...below.slice(1)]);
  return [...paths, ...older];
}

/** The longest beginning of the path that is written. */
function deepest(
  source: YamlSource,
  task: SourcePath,
  path: SourcePath,
): { path: SourcePath; depth: number } {
  let depth = path.length;
  while (depth > 0 && nodeAt(source, [...task, ...path.slice(0, depth)]) === null) depth -= 1;
  return { path: [...task, ...path.slice(0, depth)], depth };
}
