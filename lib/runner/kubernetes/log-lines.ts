import type { LinePart } from "../contract.ts";
import { GrowingLine, PART_BYTES } from "../growing-line.ts";

/** A line of the log API with `timestamps=true`. */
export interface StampedLine {
  /** RFC 3339 with nanoseconds, as the container runtime wrote it. */
  stamp: string;
  /** Without stamp and line end. */
  bytes: Uint8Array;
  /** Set when these are not all of the line's. */
  part?: LinePart;
}

/** A line whose end has not come; its stamp is known and no more in it once it is too long. */
interface Begun {
  line: GrowingLine;
  stamp: string | null;
}

/** The kubelet's own complaint in the place of a log: it answers 200 and writes what is wrong. */
export class NotALogError extends Error {
  override readonly name = "NotALogError";
}

const NEWLINE = 10;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;
const DOT = 46;
const LETTER_Z = 90;
/** `2026-11-24T21:05:25.823600636Z`, or with an offset instead of the Z; a zero stands for any digit. */
const MOMENT = Buffer.from("0000-00-00T00:00:00");
const OFFSETS = [Buffer.from("+00:00"), Buffer.from("-00:00")];
const MAX_FRACTION = 9;
const MAX_COMPLAINT = 1000;

/** Cuts the bytes of a log into whole lines; what has no line end yet waits for the next bytes. */
export class LogLineParser {
  readonly #partBytes: number;
  /** The line that has begun, with its stamp or, where parts were taken off it, with that apart. */
  #begun: Begun | null = null;
  #mayBeginInside: boolean;
  #skipped: Buffer | null = null;
  /** Whether the end of the line that is passed over is still to come. */
  #isSkipping = false;

  /**
   * @param mayBeginInside whether the bytes may begin with the end of a line. The runtime stores a
   * long line in pieces with a stamp each, and the kubelet leaves out those before the asked time;
   * such a line's first piece has an earlier stamp, so it was read before.
   * @param partBytes lines of twice as many and more come in parts, all with the line's stamp
   */
  constructor(mayBeginInside = false, partBytes = PART_BYTES) {
    this.#mayBeginInside = mayBeginInside;
    this.#partBytes = partBytes;
  }

  /** Whether the bytes so far end within a line. */
  get isInside(): boolean {
    return this.#begun !== null || this.#isSkipping;
  }

  /** @throws NotALogError when a line has no stamp */
  push(chunk: Buffer): StampedLine[] {
    const lines: StampedLine[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      if (this.isInside || end - start >= 2 * this.#partBytes) {
        this.#grow(lines, chunk.subarray(start, end));
        this.#finish(lines);
      } else {
        this.#line(lines, chunk, { start, end });
      }
      start = end + 1;
    }
    // Copied: a piece of the chunk would keep the whole chunk in memory.
    if (start < chunk.length) this.#grow(lines, Buffer.from(chunk.subarray(start)));
    return lines;
  }

  /**
   * The last line when it has no end; only the end of the whole log makes it one.
   * @throws NotALogError when there was nothing but a line without a stamp
   */
  end(): StampedLine | null {
    if (this.#begun) return this.#whole(this.#begun);
    if (this.#skipped) throw new NotALogError(this.#skipped.toString("utf8"));
    return null;
  }

  #line(lines: StampedLine[], bytes: Buffer, place: Place): void {
    if (this.#mayBeginInside && stampEnd(bytes, place) < 0) {
      // It may also be the kubelet's complaint, and then it is all there is.
      const { start, end } = place;
      this.#skipped = Buffer.from(bytes.subarray(start, Math.min(end, start + MAX_COMPLAINT)));
    } else {
      lines.push(stampedLine(bytes, place));
      this.#skipped = null;
    }
    this.#mayBeginInside = false;
  }

  /** Adds to the line that has begun, and takes off it what is too much to be kept. */
  #grow(lines: StampedLine[], bytes: Buffer): void {
    if (this.#isSkipping) return;
    this.#begun ??= { line: new GrowingLine(this.#partBytes), stamp: null };
    this.#begun.line.add(bytes);
    if (!this.#begun.line.isLong) return;
    const begun = this.#withoutStamp(this.#begun);
    this.#begun = begun;
    this.#isSkipping = begun === null;
    if (begun) for (const part of begun.line.parts()) lines.push({ stamp: begun.stamp, ...part });
  }

  /** The line's own bytes; null when it is passed over. */
  #withoutStamp({ line, stamp }: Begun): { line: GrowingLine; stamp: string } | null {
    if (stamp !== null) return { line, stamp };
    const first: StampedLine[] = [];
    const { bytes } = line.rest();
    this.#line(first, bytes, { start: 0, end: bytes.length });
    const [found] = first;
    if (!found) return null;
    const own = new GrowingLine(this.#partBytes);
    own.add(found.bytes);
    return { line: own, stamp: found.stamp };
  }

  /** The end of the line that has begun has come. */
  #finish(lines: StampedLine[]): void {
    const begun = this.#begun;
    this.#begun = null;
    this.#isSkipping = false;
    if (begun === null) return;
    if (begun.stamp !== null) {
      lines.push({ stamp: begun.stamp, ...begun.line.rest() });
      return;
    }
    const { bytes } = begun.line.rest();
    this.#line(lines, bytes, { start: 0, end: bytes.length });
  }

  #whole({ line, stamp }: Begun): StampedLine {
    const { bytes, part } = line.rest();
    if (stamp !== null) return { stamp, bytes, ...(part && { part }) };
    return stampedLine(bytes, { start: 0, end: bytes.length });
  }
}

/** Where a line is, without its line end. */
interface Place {
  start: number;
  end: number;
}

function stampedLine(bytes: Buffer, place: Place): StampedLine {
  const { start, end } = place;
  const at = stampEnd(bytes, place);
  if (at < 0) {
    throw new NotALogError(bytes.toString("utf8", start, end).slice(0, MAX_COMPLAINT));
  }
  // An empty line of the oldest kubelets has no space after its stamp.
  return {
    stamp: bytes.toString("latin1", start, at),
    bytes: at === end ? new Uint8Array() : bytes.subarray(at + 1, end),
  };
}

/** Where the stamp that a line begins with ends, at a space or the line's end; -1: it has none. */
function stampEnd(bytes: Buffer, { start, end }: Place): number {
  if (!hasForm(bytes, { start, end }, MOMENT)) return -1;
  let at = start + MOMENT.length;
  if (bytes[at] === DOT) {
    const fraction = at + 1;
    at = fraction;
    while (at < end && isDigit(bytes[at])) at += 1;
    if (at === fraction || at > fraction + MAX_FRACTION) return -1;
  }
  if (at < end && bytes[at] === LETTER_Z) at += 1;
  else if (OFFSETS.some((offset) => hasForm(bytes, { start: at, end }, offset))) at += 6;
  else return -1;
  return at === end || bytes[at] === SPACE ? at : -1;
}

function hasForm(bytes: Buffer, { start, end }: Place, form: Buffer): boolean {
  if (end - start < form.length) return false;
  for (let index = 0; index < form.length; index += 1) {
    const wanted = form[index];
    const byte = bytes[start + index];
    if (wanted === ZERO ? !isDigit(byte) : byte !== wanted) return false;
  }
  return true;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/**
 * The moment of a stamp whose whole second is known, in milliseconds since 1970: reading it as a date
 * takes ten times as long.
 */
export function millisecondOf(stamp: string, second: number): number {
  let ms = 0;
  let isFraction = stamp.charCodeAt(MOMENT.length) === DOT;
  for (let index = 1; index <= 3; index += 1) {
    const digit = stamp.charCodeAt(MOMENT.length + index);
    isFraction &&= isDigit(digit);
    ms = ms * 10 + (isFraction ? digit - ZERO : 0);
  }
  return second * 1000 + ms;
}

/** The whole second of a stamp, in seconds since 1970; the log API can begin at one. */
export function secondOf(stamp: string): number {
  return Math.floor(Date.parse(stamp.replace(/\.\d+/, "")) / 1000);
}
