import { isMap, isPair, isScalar, isSeq, type Scalar } from "yaml";
import { hasExpression } from "./schema/parts.ts";
import { nodeAt, type SourcePath, type YamlSource } from "./yaml-source.ts";
import type { TaskCatalogue } from "./task-catalogue.ts";

/** A text of the source that is evaluated when the flow runs. */
export interface ExpressionPlace {
  scalar: Scalar;
  text: string;
  path: SourcePath;
  /** Index of the task that it belongs to; null: an output of the flow, -1: an input. */
  task: number | null;
  /** Texts of `variables` are evaluated only where `render()` is called on them. */
  isDeferred: boolean;
}

const LITERAL_TASK_KEYS = new Set(["id", "type", "description", "retry", "logLevel"]);
const NONE: readonly string[] = [];
const INPUT_KEYS = ["defaults", "prefill", "expression"];

/** Every text of the flow with an expression in it that is evaluated some time. */
export function expressionPlaces(source: YamlSource, catalogue: TaskCatalogue): ExpressionPlace[] {
  const places: ExpressionPlace[] = [];
  const add = (
    path: SourcePath,
    task: number | null,
    { isDeferred = false, literals = NONE } = {},
  ): void => {
    collect(source, path, (scalar, at) => {
      const { value } = scalar;
      if (typeof value !== "string" || !hasExpression(value)) return;
      if (literals.includes(at.slice(2).join("."))) return;
      places.push({ scalar, text: value, path: at, task, isDeferred });
    });
  };
  for (const index of indexes(source, ["inputs"])) {
    for (const key of INPUT_KEYS) add(["inputs", index, key], -1);
    add(["inputs", index, "dependsOn", "condition"], -1);
  }
  add(["variables"], null, { isDeferred: true });
  for (const index of indexes(source, ["tasks"])) {
    const type = nodeAt(source, ["tasks", index, "type"]);
    const definition = catalogue.find(isScalar(type) ? String(type.value) : "");
    // What a task of another type sees, such as the value of its loop, is not known.
    if (definition === null) continue;
    for (const key of keys(source, ["tasks", index])) {
      if (LITERAL_TASK_KEYS.has(key) || definition.literalProperties.includes(key)) continue;
      add(["tasks", index, key], index, { literals: definition.literalProperties });
    }
  }
  for (const index of indexes(source, ["outputs"])) add(["outputs", index, "value"], null);
  return places;
}

function indexes(source: YamlSource, path: SourcePath): number[] {
  const node = nodeAt(source, path);
  return isSeq(node) ? [...node.items.keys()] : [];
}

function keys(source: YamlSource, path: SourcePath): string[] {
  const node = nodeAt(source, path);
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : []));
}

/** All scalars below the path, keys of maps as well. */
function collect(
  source: YamlSource,
  path: SourcePath,
  visit: (scalar: Scalar, path: SourcePath) => void,
): void {
  const node = nodeAt(source, path);
  if (isScalar(node)) {
    visit(node, path);
  } else if (isSeq(node)) {
    for (const index of node.items.keys()) collect(source, [...path, index], visit);
  } else if (isMap(node)) {
    for (const pair of node.items) {
      if (!isPair(pair) || !isScalar(pair.key)) continue;
      const inner = [...path, String(pair.key.value)];
      visit(pair.key, inner);
      collect(source, inner, visit);
    }
  }
}
