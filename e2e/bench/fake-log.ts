const LINES_A_SECOND = 100_000;
const BLOCK_LINES = 5000;
const START_MS = Date.parse("2026-01-01T00:00:00Z");

/** A container's log in memory, as the kubelet gives it out: each line with its stamp, in order. */
export class FakeLog {
  readonly lines: number;
  readonly bytes: number;
  /** Blocks by the second that their lines were printed in. */
  readonly #seconds: Buffer[][] = [];

  constructor(lines: number) {
    this.lines = lines;
    let bytes = 0;
    for (let first = 0; first < lines; first += BLOCK_LINES) {
      const block = Buffer.from(textOf(first, Math.min(lines, first + BLOCK_LINES)));
      bytes += block.length;
      const second = Math.floor(first / LINES_A_SECOND);
      (this.#seconds[second] ??= []).push(block);
    }
    this.bytes = bytes;
  }

  /** From the second of this moment on (null: from the beginning), as `sinceTime` says. */
  *from(sinceTime: string | null): Iterable<Buffer> {
    const since = sinceTime === null ? 0 : (Date.parse(sinceTime) - START_MS) / 1000;
    for (const blocks of this.#seconds.slice(Math.max(0, since))) yield* blocks;
  }

  /** The last lines, as `tailLines` says. */
  tail(lines: number): Buffer {
    return Buffer.from(textOf(Math.max(0, this.lines - lines), this.lines));
  }
}

function textOf(first: number, end: number): string {
  let text = "";
  for (let line = first; line < end; line += 1) {
    const second = new Date(START_MS + Math.floor(line / LINES_A_SECOND) * 1000);
    const nanos = String((line % LINES_A_SECOND) * 10_000).padStart(9, "0");
    const stamp = second.toISOString().replace(".000Z", `.${nanos}Z`);
    text += `${stamp} line ${line} of a program that prints much of the same\n`;
  }
  return text;
}
