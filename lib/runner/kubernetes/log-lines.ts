/** A line of the log API with `timestamps=true`. */
export interface StampedLine {
  /** RFC 3339 with nanoseconds, as the container runtime wrote it. */
  stamp: string;
  /** Without stamp and line end. */
  bytes: Uint8Array;
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
  #rest: Buffer[] = [];
  #mayBeginInside: boolean;
  #skipped: Buffer | null = null;

  /**
   * @param mayBeginInside whether the bytes may begin with the end of a line. The runtime stores a
   * long line in pieces with a stamp each, and the kubelet leaves out those before the asked time;
   * such a line's first piece has an earlier stamp, so it was read before.
   */
  constructor(mayBeginInside = false) {
    this.#mayBeginInside = mayBeginInside;
  }

  /** Whether the bytes so far end within a line. */
  get isInside(): boolean {
    return this.#rest.length > 0;
  }

  /** @throws NotALogError when a line has no stamp */
  push(chunk: Buffer): StampedLine[] {
    const lines: StampedLine[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      if (this.#rest.length > 0) {
        const line = this.#joined(chunk.subarray(start, end));
        this.#line(lines, line, { start: 0, end: line.length });
      } else {
        this.#line(lines, chunk, { start, end });
      }
      start = end + 1;
    }
    // Copied: a piece of the chunk would keep the whole chunk in memory.
    if (start < chunk.length) this.#rest.push(Buffer.from(chunk.subarray(start)));
    return lines;
  }

  /**
   * The last line when it has no end; only the end of the whole log makes it one.
   * @throws NotALogError when there was nothing but a line without a stamp
   */
  end(): StampedLine | null {
    if (this.#rest.length > 0) {
      const line = this.#joined(Buffer.alloc(0));
      return stampedLine(line, { start: 0, end: line.length });
    }
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

  #joined(last: Buffer): Buffer {
    const whole = Buffer.concat([...this.#rest, last]);
    this.#rest = [];
    return whole;
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
