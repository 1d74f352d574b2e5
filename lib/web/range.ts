import type { ByteRange } from "#lib/executions/read-files.ts";

/**
 * What a `Range` header asks of `size` bytes: null for the whole (no header, several ranges, another
 * unit: RFC 9110 lets a server ignore those), `unsatisfiable` when nothing of it exists.
 */
export function rangeOf(header: string | null, size: number): ByteRange | null | "unsatisfiable" {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  const [, from = "", to = ""] = match ?? [];
  if (from === "" && to === "") return null;
  if (from === "") {
    const count = Math.min(Number(to), size);
    return count === 0 ? "unsatisfiable" : { first: size - count, last: size - 1 };
  }
  const first = Number(from);
  if (to !== "" && Number(to) < first) return null;
  if (first >= size) return "unsatisfiable";
  return { first, last: to === "" ? size - 1 : Math.min(Number(to), size - 1) };
}
