import { setTimeout as pause } from "node:timers/promises";
import type {
  AttemptSpec,
  Ending,
  Observation,
  RunHandle,
  RunLogLine,
  RunMarks,
  RunWaiting,
} from "../contract.ts";
import { FakeFiles } from "./fake-files.ts";

/** Thrown into the code of a run that is over. */
export class RunIsOver extends Error {
  override readonly name = "RunIsOver";
}

/** One attempt in memory: what it shows, printed and left behind. */
export class FakeRun {
  readonly handle: RunHandle;
  readonly spec: AttemptSpec;
  readonly files = new FakeFiles();
  readonly lines: RunLogLine[] = [];
  readonly createdAt = new Date();
  waiting: RunWaiting | null = null;
  hasFiles: boolean;
  /** Grows with every change. */
  version = 0;
  ending: Ending | null = null;
  #mayStillRun = false;
  #startedAt: Date | null = null;
  #endedAt: Date | null = null;
  readonly #open = { stdout: "", stderr: "" };
  readonly #over = new AbortController();
  readonly #waiters = new Set<() => void>();

  constructor(handle: RunHandle, spec: AttemptSpec) {
    this.handle = handle;
    this.spec = spec;
    this.hasFiles = spec.inputFiles.length === 0;
  }

  observation(): Observation {
    const marks: RunMarks = { created: this.createdAt };
    if (this.#startedAt) {
      marks.started = this.#startedAt;
      marks.running = this.#startedAt;
    }
    if (this.#endedAt) marks.ended = this.#endedAt;
    if (this.ending) {
      const silent = this.#mayStillRun && { mayStillRun: true as const };
      return { phase: "ended", ending: this.ending, marks, ...silent };
    }
    if (this.#startedAt) return { phase: "running", marks };
    return { phase: "pending", waiting: this.waiting, marks };
  }

  begin(): void {
    this.#startedAt = new Date();
    this.waiting = null;
    const seconds = this.spec.timeoutSeconds;
    if (seconds !== null) {
      const message = `The command ran longer than its limit of ${seconds} s and was ended.`;
      void this.#endAfter(seconds * 1000, {
        kind: "timeout",
        exitCode: 143,
        message,
        remedy: "Raise the task's timeout, or let it do less.",
        evidence: "",
        fault: "user",
        mainStarted: true,
      });
    }
    this.change();
  }

  /**
   * The first ending counts.
   * @param mayStillRun whether nobody can tell that it has stopped
   */
  end(ending: Ending, mayStillRun = false): void {
    if (this.ending) return;
    this.#mayStillRun = mayStillRun;
    for (const stream of ["stdout", "stderr"] as const)
      if (this.#open[stream] !== "") this.print(stream, "\n");
    this.ending = ending;
    this.#endedAt = new Date();
    this.#over.abort(new RunIsOver());
    this.change();
  }

  /** @param text Latin-1 */
  print(stream: "stdout" | "stderr", text: string): void {
    if (this.ending) return;
    const pieces = (this.#open[stream] + text).split("\n");
    this.#open[stream] = pieces.pop() ?? "";
    const time = new Date();
    for (const piece of pieces)
      this.lines.push({ bytes: new Uint8Array(Buffer.from(piece, "latin1")), time, stream });
    if (pieces.length > 0) this.change();
  }

  /** Waits as the code would. @throws RunIsOver */
  async sleep(milliseconds: number): Promise<void> {
    try {
      await pause(milliseconds, undefined, { signal: this.#over.signal });
    } catch {
      // The only signal here is the run's own end.
      throw new RunIsOver();
    }
  }

  change(): void {
    this.version += 1;
    for (const wake of this.#waiters) wake();
  }

  /** Resolves once the run is not in this version any more. @throws the signal's reason */
  async nextChange(version: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.version !== version) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#waiters.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiters.add(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
    signal.throwIfAborted();
  }

  async #endAfter(milliseconds: number, ending: Ending): Promise<void> {
    try {
      await this.sleep(milliseconds);
    } catch {
      // It ended in time.
      return;
    }
    this.end(ending);
  }
}
