import { secondOf, type StampedLine } from "./log-lines.ts";

/** Stamps of one node have one form, except that zeros at the end of the fraction are left out. */
export function compareStamps(one: string, other: string): number {
  const seconds = secondOf(one) - secondOf(other);
  if (seconds !== 0) return seconds;
  const [a, b] = [fractionOf(one), fractionOf(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function fractionOf(stamp: string): string {
  return (/\.(\d+)/.exec(stamp)?.[1] ?? "").padEnd(9, "0");
}

/** The last of these lines, copied: it would keep the chunk in memory that it came in. */
export function lastOf(lines: StampedLine[]): StampedLine | null {
  const last = lines.at(-1);
  return last ? { ...last, bytes: Buffer.from(last.bytes) } : null;
}

/** Whether two answers tell of one line. */
export function isSameLine(one: StampedLine, other: StampedLine): boolean {
  return one.stamp === other.stamp && isEqual(one.bytes, other.bytes);
}

/**
 * Whether a line, with which the node's file begins, can be the end of this one: a rotation has torn that
 * in two, and it was given out whole to who followed. Of a line that comes in parts, the last one decides.
 */
export function isRestOf(line: StampedLine, rest: StampedLine): boolean {
  if (rest.bytes.length >= line.bytes.length && !line.part) return false;
  const size = Math.min(line.bytes.length, rest.bytes.length);
  return isEqual(endOf(line, size), endOf(rest, size));
}

function endOf({ bytes }: StampedLine, size: number): Uint8Array {
  return bytes.subarray(bytes.length - size);
}

export function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
