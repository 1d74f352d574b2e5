import type { RunLogGap } from "../contract.ts";
import type { LogCursor } from "./log-cursor.ts";
import type { LogLineParser, StampedLine } from "./log-lines.ts";
import type { Rest, RotationGuard } from "./log-rotation.ts";
import type { FileEnd } from "./resumption.ts";
import { isEqual, isRestOf } from "./stamped-line.ts";

/** A follower that is given nothing of a new file for so long waits at the end of the old one. */
const TURN_MS = 5000;

/** Something of a log that is to be given out next. */
export interface Portion {
  lines: StampedLine[];
  /** These lines were not among those of the follower. */
  isRecovered?: true;
  /** The beginning of the first line, which a rotation tore off. */
  torn?: StampedLine | null;
  /** What is missing behind these lines. */
  gap?: RunLogGap;
}

interface Tools {
  rotation: RotationGuard;
  cursor: LogCursor;
  /** For an answer that begins with the node's file. */
  newParser: () => LogLineParser;
  /** Milliseconds of the cluster's clock. */
  now: () => number;
}

function joined(one: StampedLine, other: StampedLine): Uint8Array {
  return Buffer.concat([one.bytes, other.bytes]);
}

/** Holds the lines of a follower until it is known that a rotation has taken none before them. */
export class HeldLines {
  readonly #tools: Tools;
  #lines: StampedLine[] = [];
  #look: Promise<string | null> | null = null;
  #hasLooked = false;
  /** So many of the lines came before the look began. */
  #covered = 0;
  /** Stamp of the first line of a new file, of which the follower has given nothing yet. */
  #next: string | null = null;
  #heardAt = performance.now();
  /** Set where the old file was read to its end, and the follower has given nothing of the new one. */
  turn: FileEnd | null = null;
  /** Whether the follower is to be opened again: it gives nothing of a new file. */
  isStuck = false;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0 && this.#look === null;
  }

  add(lines: StampedLine[]): void {
    this.#lines.push(...lines);
    this.#heardAt = performance.now();
  }

  /** All lines that are held, which are held no more. */
  take(): StampedLine[] {
    return this.#lines.splice(0);
  }

  /** After how many milliseconds there is something to do without another event; null: never. */
  get waitMs(): number | null {
    if (this.#look) return null;
    if (this.#next === null) return this.#tools.rotation.dueMs(this.#lines.length > 0);
    return Math.max(0, this.#heardAt + TURN_MS - performance.now());
  }

  /** Resolves when a look that goes on is over, which is an event. */
  get look(): Promise<unknown> | null {
    return this.#look;
  }

  /**
   * What may be given out, after an event. The cursor has to have moved behind a portion before the next
   * one is asked for.
   * @param isDone whether the follower has ended, so that nothing may be held any more
   */
  async *portions(isDone: boolean): AsyncIterable<Portion> {
    if (this.#hasLooked || (isDone && this.#look)) yield* this.#looked();
    if (this.#next !== null) yield* this.#turning(isDone);
    if (this.#look || this.#next !== null) return;
    const { rotation } = this.#tools;
    const dueMs = rotation.dueMs(this.#lines.length > 0);
    if (dueMs === 0 || (isDone && rotation.isClose)) this.#beginLook();
    else if (dueMs === null || isDone) yield { lines: this.take() };
    if (!isDone || !this.#look) return;
    yield* this.#looked();
    if (this.#next !== null) yield* this.#turning(true);
    yield { lines: this.take() };
  }

  #beginLook(): void {
    this.#covered = this.#lines.length;
    this.#hasLooked = false;
    this.#look = this.#tools.rotation.look();
    const over = (): void => void (this.#hasLooked = true);
    // Its failure is thrown where it is awaited.
    this.#look.then(over, over);
  }

  async *#looked(): AsyncIterable<Portion> {
    const next = await this.#look;
    this.#look = null;
    this.#hasLooked = false;
    if (next === null) yield { lines: this.#lines.splice(0, this.#covered) };
    else this.#next = next;
  }

  async *#turning(isDone: boolean): AsyncIterable<Portion> {
    const next = this.#next ?? "";
    const at = this.#lines.findIndex(({ stamp }) => stamp >= next);
    if (at >= 0) return yield* this.#turn(at, next);
    const isOver = isDone || performance.now() >= this.#heardAt + TURN_MS;
    // The last line may be one whose end is in the new file.
    yield { lines: isOver ? this.take() : this.#lines.splice(0, this.#lines.length - 1) };
    if (!isOver) return;
    const { rotation, cursor, newParser, now } = this.#tools;
    const rest = await rotation.rest(cursor, newParser());
    this.#next = null;
    this.isStuck = !isDone;
    if (!rest) return yield { lines: [], gap: this.#gap(next) };
    yield { lines: rest.lines, isRecovered: true };
    this.turn = { last: rest.torn ? null : cursor.lastLine, torn: rest.torn, at: now(), next };
  }

  /** The line at this index is the first of the new file, or the second behind one that a rotation tore. */
  async *#turn(at: number, next: string): AsyncIterable<Portion> {
    const isFirst = this.#lines[at]?.stamp === next;
    const before = this.#lines.splice(0, at);
    const line = isFirst ? undefined : before.pop();
    yield { lines: before };
    this.#next = null;
    const { rotation, cursor, newParser } = this.#tools;
    const rest = await rotation.rest(cursor, newParser());
    if (!rest) return yield { lines: line ? [line] : [], gap: this.#gap(next) };
    yield { lines: rest.lines, isRecovered: true };
    if (isFirst && rest.torn) yield { lines: this.#lines.splice(0, 1), torn: rest.torn };
    if (isFirst) return;
    const whole = line && (await this.#mended(line, rest));
    if (whole) yield { lines: [whole] };
    else yield { lines: line ? [line] : [], gap: this.#gap(next) };
  }

  /** The line, with what its follower was not given of its beginning; null where that cannot be said. */
  async #mended(line: StampedLine, { torn }: Rest): Promise<StampedLine | null> {
    if (torn?.stamp !== line.stamp || line.part) return null;
    const end = await this.#tools.rotation.firstLine();
    if (end) return isRestOf(line, end) ? { ...line, bytes: joined(torn, end) } : null;
    return isEqual(line.bytes.subarray(0, torn.bytes.length), torn.bytes) ? line : null;
  }

  #gap(next: string): RunLogGap {
    const why = "Lines may be missing: the node rotated the log while it was followed.";
    return { after: this.#tools.cursor.last, before: next, why };
  }
}
