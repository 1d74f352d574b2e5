import { isScalar } from "yaml";
import { nodeAt, type SourcePath, type YamlSource } from "./yaml-source.ts";

/**
 * `version: 3.10` is the number 3.1 to YAML, but where text is wanted it is `3.10`, as in Kestra:
 * numbers that a schema turned into text get the text that stands in the source.
 */
export function withWrittenTexts<Output>(
  output: Output,
  written: unknown,
  source: YamlSource,
  path: SourcePath,
): Output {
  // Only strings are exchanged for strings, so the shape stays what it was.
  return exchanged(output, written, source, path) as Output;
}

function exchanged(
  output: unknown,
  written: unknown,
  source: YamlSource,
  path: SourcePath,
): unknown {
  if (typeof output === "string" && typeof written === "number") {
    return output === String(written) ? (sourceText(source, path) ?? output) : output;
  }
  if (Array.isArray(output) && Array.isArray(written)) {
    return output.map((item: unknown, index) =>
      exchanged(item, written[index], source, [...path, index]),
    );
  }
  if (!isPlainMap(output) || !isPlainMap(written)) return output;
  return Object.fromEntries(
    Object.entries(output).map(([key, item]) => [
      key,
      Object.hasOwn(written, key) ? exchanged(item, written[key], source, [...path, key]) : item,
    ]),
  );
}

function sourceText(source: YamlSource, path: SourcePath): string | null {
  const node = nodeAt(source, path);
  return isScalar(node) ? (node.source ?? null) : null;
}

function isPlainMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
