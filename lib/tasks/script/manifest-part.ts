import type { z } from "zod";
import { openMap } from "#lib/flow/schema/parts.ts";

/** File modes, which YAML 1.1, and so Kubernetes' tools, read as octal when they begin with 0. */
const MODES = new Set(["defaultMode", "mode"]);
/** Properties of a pod that are text wherever they are (k8s.io/api/core/v1). */
const TEXTS = new Set(["value"]);
/** Lists of texts. */
const TEXT_LISTS = new Set(["command", "args", "values"]);
/** Maps of names to texts, whatever the names are. */
const TEXT_MAPS = new Set(["nodeSelector", "labels", "matchLabels", "annotations", "options"]);

/** Where in a part a value stands. */
export interface PartPlace {
  /** Of the property; a list's items have the list's. */
  key: string;
  isItem: boolean;
  /** Of the map or list that it is in. */
  mapKey: string;
}

/** Whether Kubernetes wants text here, whatever it looks like. */
export function isTextPlace({ key, isItem, mapKey }: PartPlace): boolean {
  if (isItem) return TEXT_LISTS.has(key);
  return TEXTS.has(key) || TEXT_MAPS.has(mapKey);
}

/**
 * A part of a manifest as a flow writes it. Where Kubernetes wants text, numbers, true and false
 * come as the text that stands in the source (`value: 3.10`), as in Kestra; so do file modes, for
 * `renderPart` to read, because the number alone no longer says how it was written.
 */
export function manifestPart(
  known: readonly string[],
): z.ZodType<string | Record<string, unknown>> {
  return openMap(known).transform((part) =>
    typeof part === "string" ? part : mapWithTexts(part, ""),
  );
}

function mapWithTexts(part: Record<string, unknown>, mapKey: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [
      key,
      withTexts(value, { key, isItem: false, mapKey }),
    ]),
  );
}

function withTexts(value: unknown, place: PartPlace): unknown {
  if (typeof value === "number" || typeof value === "boolean") {
    return isTextPlace(place) || MODES.has(place.key) ? String(value) : value;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => withTexts(item, { ...place, isItem: true }));
  }
  if (typeof value !== "object" || value === null) return value;
  // Only own properties of a map are read.
  return mapWithTexts(value as Record<string, unknown>, place.key);
}

/** The mode that the text stands for: `0400`, `0o400` and `256` are the same; null when it is none. */
export function modeOf(key: string, text: string): number | null {
  if (!MODES.has(key)) return null;
  const octal = /^0o?([0-7]+)$/.exec(text)?.[1];
  return octal === undefined ? null : Number.parseInt(octal, 8);
}
