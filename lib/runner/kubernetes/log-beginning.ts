import type { RunLogGap } from "../contract.ts";
import { beginMark, hasBeginMark } from "./begin-mark.ts";
import type { LogCursor } from "./log-cursor.ts";
import { type StampedLine, secondOf } from "./log-lines.ts";
import { MAIN, type Pod, statusOf } from "./pod.ts";

/**
 * A node looks every ten seconds for files of 10 MiB to rotate (containerLogMonitorInterval and
 * containerLogMaxSize of the kubelet), and a program needs some time to print so much: a log that
 * was read from so early on is taken to have its beginning.
 */
const EARLY_SECONDS = 3;
/** Reasons of a container that never began, and so has printed nothing. */
const NEVER_BEGAN = new Set(["StartError", "ContainerCannotRun", "ContainerStatusUnknown"]);

/** Finds out whether the beginning of a container's log was read, which the log API does not say. */
export class LogBeginning {
  /** No buffer: a small one would keep the whole block that it was cut from, for each pod. */
  readonly #mark: string | null;
  readonly #startedSecond: number | null;
  readonly #neverBegan: boolean;
  #openedSecond: number | null = null;

  constructor(pod: Pod, attemptId: string) {
    const main = pod.spec?.containers.find(({ name }) => name === MAIN);
    const isMarked = hasBeginMark(main?.command, attemptId);
    this.#mark = isMarked ? beginMark(attemptId) : null;
    const state = statusOf(pod, MAIN)?.state;
    const startedAt = (state?.running ?? state?.terminated)?.startedAt;
    this.#startedSecond = startedAt ? secondOf(startedAt) : null;
    this.#neverBegan = NEVER_BEGAN.has(state?.terminated?.reason ?? "");
  }

  /** The node has begun to give out its file from the first line on, at this time of its cluster. */
  opened(nowMs: number): void {
    this.#openedSecond ??= nowMs / 1000;
  }

  /** Looks at a line that was not read before. Returns whether it is the mark, and no line of the log. */
  isMark(line: StampedLine, cursor: LogCursor): boolean {
    if (cursor.hasBeginning) return false;
    if (this.#mark !== null) {
      if (line.bytes.length !== this.#mark.length) return false;
      if (!Buffer.from(this.#mark).equals(line.bytes)) return false;
      cursor.hasBeginning = true;
      return true;
    }
    if (cursor.start === line.stamp && this.#isEarly(secondOf(line.stamp))) {
      cursor.hasBeginning = true;
    }
    return false;
  }

  /** What is to be said of the beginning when the log was read to its end; null: it is there. */
  gap(cursor: LogCursor): RunLogGap | null {
    if (cursor.hasBeginning || this.#neverBegan) return null;
    const place = { after: null, before: cursor.start || null, isBeginning: true };
    if (this.#mark !== null) {
      return {
        ...place,
        why: "The beginning of the log is missing: the node had rotated it away before it was first read.",
      };
    }
    if (this.#isEarly(null)) return null;
    return {
      ...place,
      why: "The beginning of the log is not proven: it was first read when the node may already have rotated it.",
    };
  }

  #isEarly(firstSecond: number | null): boolean {
    const started = this.#startedSecond;
    if (started === null) return false;
    const opened = this.#openedSecond === null ? null : this.#openedSecond - started;
    // A clock that is not the node's may be behind it, and then says nothing.
    if (opened !== null && opened > -1 && opened <= EARLY_SECONDS) return true;
    return firstSecond !== null && firstSecond - started <= EARLY_SECONDS;
  }
}
