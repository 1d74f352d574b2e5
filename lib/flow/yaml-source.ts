import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type ParsedNode,
} from "yaml";
import type { SourceRange } from "#lib/core/flow-view.ts";

/** Keys and indexes from the top of the source down to a value. */
export type SourcePath = readonly (string | number)[];

/** A parsed source that can say where everything in it stands. */
export interface YamlSource {
  text: string;
  document: Document.Parsed<ParsedNode>;
  lines: LineCounter;
}

/** The place of the characters from `start` to `end` (exclusive). */
export function rangeOf(source: YamlSource, start: number, end: number): SourceRange {
  const limit = source.text.length;
  const first = source.lines.linePos(Math.min(start, limit));
  const last = source.lines.linePos(Math.min(Math.max(end, start), limit));
  return {
    startLine: Math.max(first.line, 1),
    startColumn: Math.max(first.col, 1),
    endLine: Math.max(last.line, 1),
    endColumn: Math.max(last.col, 1),
  };
}

/** The value at the path; null when there is none. Aliases are followed. */
export function nodeAt(source: YamlSource, path: SourcePath): Node | null {
  let node = followed(source, source.document.contents);
  for (const segment of path) {
    if (isMap(node)) node = followed(source, pairOf(node.items, segment)?.value);
    else if (isSeq(node)) node = followed(source, node.items[Number(segment)]);
    else return null;
  }
  return node;
}

/** Where the key of the value at the path stands; for a list's item, the item's first line. */
export function keyRange(source: YamlSource, path: SourcePath): SourceRange {
  const parent = nodeAt(source, path.slice(0, -1));
  const segment = path.at(-1);
  if (segment !== undefined && isMap(parent)) {
    const key = pairOf(parent.items, segment)?.key;
    if (isNode(key) && key.range) return rangeOf(source, key.range[0], key.range[1]);
  }
  return valueRange(source, path);
}

/**
 * Where the value at the path stands. Where there is none, the nearest thing above it; a map or
 * list is pointed at by its first line, and an empty value by its key.
 */
export function valueRange(source: YamlSource, path: SourcePath): SourceRange {
  const node = nodeAt(source, path);
  if (!node?.range) {
    return path.length === 0 ? rangeOf(source, 0, 0) : placeOfMissing(source, path.slice(0, -1));
  }
  const [start, end] = node.range;
  if (start === end && path.length > 0) return keyRangeOrAbove(source, path);
  if (isMap(node) || isSeq(node)) return firstLine(source, start, end);
  return rangeOf(source, start, trimmedEnd(source.text, start, end));
}

/** Where to show that something is missing from the map or list at the path. */
export function placeOfMissing(source: YamlSource, path: SourcePath): SourceRange {
  const isItem = typeof path.at(-1) === "number";
  return path.length === 0 || isItem ? valueRange(source, path) : keyRangeOrAbove(source, path);
}

function keyRangeOrAbove(source: YamlSource, path: SourcePath): SourceRange {
  const parent = nodeAt(source, path.slice(0, -1));
  const segment = path.at(-1);
  const key = segment !== undefined && isMap(parent) ? pairOf(parent.items, segment)?.key : null;
  if (isNode(key) && key.range) return rangeOf(source, key.range[0], key.range[1]);
  const item = parent && isSeq(parent) ? parent.range : null;
  if (item) return firstLine(source, item[0], item[1]);
  return path.length === 0 ? rangeOf(source, 0, 0) : placeOfMissing(source, path.slice(0, -1));
}

function firstLine(source: YamlSource, start: number, end: number): SourceRange {
  const lineEnd = source.text.indexOf("\n", start);
  return rangeOf(
    source,
    start,
    trimmedEnd(source.text, start, lineEnd === -1 ? end : Math.min(lineEnd, end)),
  );
}

function trimmedEnd(text: string, start: number, end: number): number {
  let last = end;
  while (last > start + 1 && /\s/.test(text.charAt(last - 1))) last -= 1;
  return last;
}

function pairOf(items: readonly unknown[], segment: string | number): Pair | undefined {
  // The last one, as it is the one whose value counts when a key is there twice.
  return items.findLast(
    (item): item is Pair =>
      isPair(item) &&
      (isScalar(item.key) ? String(item.key.value) : String(item.key)) === String(segment),
  );
}

function followed(source: YamlSource, node: unknown): Node | null {
  if (isAlias(node)) return node.resolve(source.document) ?? null;
  return isNode(node) ? node : null;
}

/** The path as people write it: `tasks[0].commands`. */
export function pathText(path: SourcePath): string {
  return path.reduce<string>((text, segment) => {
    if (typeof segment === "number") return `${text}[${segment}]`;
    const key = /^[\w-]+$/.test(segment) ? segment : JSON.stringify(segment);
    if (text === "") return key;
    return key === segment ? `${text}.${key}` : `${text}[${key}]`;
  }, "");
}
