import type { Meter } from "../meter.ts";
import type { Program } from "./program.ts";

/** Instructions that cost one step of the budget. */
const OPERATIONS_PER_STEP = 250;

export interface RegexMatch {
  start: number;
  end: number;
  /** The text of each group, the whole match first; null for one that took no part. */
  groups: (string | null)[];
}

interface Thread {
  at: number;
  slots: number[];
}

/**
 * The first match from `from` on, as backtracking would find it, but in time proportional to text
 * times pattern: all possibilities advance together, one character at a time (Thompson, Pike).
 */
export function findMatch(
  program: Program,
  text: string,
  from: number,
  meter: Meter,
): RegexMatch | null {
  meter.step(Math.ceil(program.instructions.length / OPERATIONS_PER_STEP));
  const search = new Search(program, text);
  for (let position = from; position <= text.length;) {
    if (search.best === null) search.begin(position);
    if (search.isDone) break;
    const codePoint = text.codePointAt(position);
    const width = codePoint !== undefined && codePoint > 0xff_ff ? 2 : 1;
    search.advance(codePoint, position + width);
    search.pay(meter);
    position += width;
  }
  return search.best === null ? null : matchFrom(search.best, text);
}

class Search {
  readonly #program: Program;
  readonly #text: string;
  /** The last position at which an instruction was reached: a second time brings nothing new. */
  readonly #lastSeen: Int32Array;
  #threads: Thread[] = [];
  #operations = 0;
  /** The slots of the best match so far. */
  best: readonly number[] | null = null;

  constructor(program: Program, text: string) {
    this.#program = program;
    this.#text = text;
    this.#lastSeen = new Int32Array(program.instructions.length).fill(-1);
  }

  get isDone(): boolean {
    return this.best !== null && this.#threads.length === 0;
  }

  /** A match may also begin here, if none that began earlier is found. */
  begin(position: number): void {
    const slots = Array<number>((this.#program.groupCount + 1) * 2).fill(-1);
    this.#follow({ at: 0, slots }, position, this.#threads);
  }

  /** Takes one character; undefined at the end of the text. */
  advance(codePoint: number | undefined, nextPosition: number): void {
    const next: Thread[] = [];
    for (const thread of this.#threads) {
      const instruction = this.#program.instructions[thread.at];
      this.#operations += 1;
      if (instruction?.kind === "match") {
        this.best = thread.slots;
        // Those after it are possibilities that backtracking would not have tried.
        break;
      }
      if (instruction?.kind !== "character" || codePoint === undefined) continue;
      if (!instruction.accepts(codePoint)) continue;
      this.#follow({ at: thread.at + 1, slots: thread.slots }, nextPosition, next);
    }
    this.#threads = next;
  }

  pay(meter: Meter): void {
    if (this.#operations < OPERATIONS_PER_STEP) return;
    meter.step(Math.floor(this.#operations / OPERATIONS_PER_STEP));
    this.#operations %= OPERATIONS_PER_STEP;
  }

  /** Follows everything that takes no character, the preferred way first. */
  #follow(start: Thread, position: number, into: Thread[]): void {
    const stack = [start];
    for (let thread = stack.pop(); thread !== undefined; thread = stack.pop()) {
      this.#operations += 1;
      if (this.#lastSeen[thread.at] === position) continue;
      this.#lastSeen[thread.at] = position;
      const instruction = this.#program.instructions[thread.at];
      const { at, slots } = thread;
      if (instruction?.kind === "jump") {
        stack.push({ at: instruction.to, slots });
      } else if (instruction?.kind === "split") {
        stack.push({ at: instruction.second, slots }, { at: instruction.first, slots });
      } else if (instruction?.kind === "save") {
        stack.push({ at: at + 1, slots: slots.with(instruction.slot, position) });
      } else if (instruction?.kind === "assert") {
        if (instruction.holds(this.#text, position)) stack.push({ at: at + 1, slots });
      } else {
        into.push(thread);
      }
    }
  }
}

function matchFrom(slots: readonly number[], text: string): RegexMatch {
  const groups: (string | null)[] = [];
  for (let index = 0; index < slots.length; index += 2) {
    const [start = -1, end = -1] = [slots[index], slots[index + 1]];
    groups.push(start === -1 || end === -1 ? null : text.slice(start, end));
  }
  return { start: slots[0] ?? 0, end: slots[1] ?? 0, groups };
}

/** All matches, one after the other. */
export function* findMatches(
  program: Program,
  text: string,
  meter: Meter,
): Generator<RegexMatch, void> {
  for (let from = 0; from <= text.length;) {
    const match = findMatch(program, text, from, meter);
    if (match === null) return;
    yield match;
    from = match.end > match.start ? match.end : match.end + 1;
  }
}
