import { isMap, isSeq } from "yaml";
import type { Problem, SourceEdit } from "#lib/core/flow-view.ts";
import {
  keyRange,
  nodeAt,
  pathText,
  rangeOf,
  type SourcePath,
  type YamlSource,
} from "./yaml-source.ts";

/**
 * `inputFiles` written as a list, which is how `outputFiles` are written: a frequent mix-up. When the
 * items are maps already, the fix takes the dashes away.
 */
export function listFormProblem(source: YamlSource, taskPath: SourcePath): Problem | null {
  const path = [...taskPath, "inputFiles"];
  const list = nodeAt(source, path);
  if (!isSeq(list)) return null;
  const edits = list.items.map((item) => dashEdit(source, item));
  const isFixable = edits.every((edit) => edit !== null) && edits.length > 0;
  return {
    severity: "error",
    code: "list-form",
    message:
      "`inputFiles` must be a map, but it is a list. Write each file as `name: content`, for example " +
      '`data.csv: "{{ inputs.file }}"`.',
    path: pathText(path),
    range: keyRange(source, path),
    ...(isFixable ? { fix: { title: "Make it a map", edits } } : {}),
  };
}

function dashEdit(source: YamlSource, item: unknown): SourceEdit | null {
  const start = isMap(item) && !item.flow ? item.range?.[0] : undefined;
  if (start === undefined) return null;
  const dash = source.text.lastIndexOf("-", start - 1);
  if (dash === -1 || source.text.slice(dash + 1, start).trim() !== "") return null;
  return { range: rangeOf(source, dash, dash + 1), text: " " };
}
