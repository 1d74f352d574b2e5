import { z } from "zod";
import { type StampedLine, secondOf } from "./log-lines.ts";

const schema = z.object({
  /** Another container of the same name has another log. */
  container: z.string(),
  /** Stamp of the last line that was read, and how many lines with that stamp were. */
  last: z.string(),
  /** Stamp of the first line of all, and whether it is known to be the log's first. */
  start: z.string().optional(),
  hasBeginning: z.boolean().optional(),
  seenOfLast: z.number(),
  /** The last two seconds in the order in which they began, and the lines read of each. */
  seconds: z.array(z.object({ second: z.number(), lines: z.number(), first: z.string() })).min(1),
});

/** A stamp is taken a little before its line is written, so that stamps can be out of order. */
const SLACK_SECONDS = 1;

/**
 * Where a reader of a container's log stands. The log API can begin at a whole second and leaves
 * out each line with an earlier stamp, keeping the order of the rest; so "the first N lines from
 * second S on have been read" is exact, also where the stamps of stdout and stderr are not in order.
 */
export class LogCursor {
  readonly container: string;
  #state: z.infer<typeof schema> | null = null;
  #lastPrefix = "";
  #lastSecond = 0;
  /** The last line that was read, as it came; null where another worker has read it. */
  lastLine: StampedLine | null = null;

  private constructor(container: string) {
    this.container = container;
  }

  /**
   * The place in this text; the beginning when it is null, or of another container.
   * @throws Error when the text is none of ours
   */
  static from(text: string | null, container: string): LogCursor {
    const cursor = new LogCursor(container);
    if (text === null) return cursor;
    const state = schema.nullable().parse(JSON.parse(text));
    if (state?.container === container) cursor.#state = state;
    return cursor;
  }

  /** Seconds since 1970 from which the log must be read again; null: from the beginning. */
  get second(): number | null {
    const seconds = this.#state?.seconds.map((entry) => entry.second);
    return seconds ? Math.max(...seconds) - SLACK_SECONDS : null;
  }

  /** How many lines from `second` on have been read. */
  get seen(): number {
    return (this.#state?.seconds ?? []).reduce((total, entry) => total + entry.lines, 0);
  }

  /** Stamps of the first line from `second` on and of the last that was read. */
  get first(): string {
    return this.#state?.seconds[0]?.first ?? "";
  }

  get last(): string {
    return this.#state?.last ?? "";
  }

  get seenOfLast(): number {
    return this.#state?.seenOfLast ?? 0;
  }

  /** Stamp of the first line of all that was read; empty when none was. */
  get start(): string {
    return this.#state?.start ?? "";
  }

  /** Whether nothing before the first line is missing. A cursor without lines cannot know. */
  get hasBeginning(): boolean {
    return this.#state?.hasBeginning ?? false;
  }

  set hasBeginning(value: boolean) {
    if (this.#state) this.#state.hasBeginning = value;
  }

  get text(): string {
    return JSON.stringify(this.#state);
  }

  /** Moves behind a line with this stamp. @returns the whole second of it */
  add(stamp: string): number {
    const second = this.#secondOf(stamp);
    const state = (this.#state ??= {
      container: this.container,
      last: "",
      start: stamp,
      seenOfLast: 0,
      seconds: [{ second, lines: 0, first: stamp }],
    });
    state.seenOfLast = state.last === stamp ? state.seenOfLast + 1 : 1;
    state.last = stamp;
    const entry = state.seconds.find((known) => known.second === second);
    if (entry) {
      entry.lines += 1;
      return second;
    }
    state.seconds.push({ second, lines: 1, first: stamp });
    const from = Math.max(...state.seconds.map((known) => known.second)) - SLACK_SECONDS;
    state.seconds = state.seconds.filter((known) => known.second >= from);
    return second;
  }

  /** Most lines are of the same second as the one before. */
  #secondOf(stamp: string): number {
    if (this.#lastPrefix === "" || !stamp.startsWith(this.#lastPrefix)) {
      this.#lastPrefix = stamp.slice(0, 19);
      this.#lastSecond = secondOf(stamp);
    }
    return this.#lastSecond;
  }
}
