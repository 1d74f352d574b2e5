import { log } from "#lib/config/log.ts";
import type { PhaseMarks } from "#lib/core/execution-view.ts";
import type { Failure } from "#lib/core/failure.ts";
import type { CollectedArtifact } from "#lib/executions/attempt-end.ts";
import { type Ending, type RunHandle, RunnerError } from "#lib/runner/contract.ts";
import { keepBlackBox } from "./black-box.ts";
import type { Drive } from "./drive.ts";
import { destroyOnce, endRun, graceOf } from "./end-run.ts";
import { bareEnd, failureFrom, mayRepeat, storageFailure, timeoutFailure } from "./ending.ts";
import type { Finished, UnsealedEnd } from "./finished.ts";
import type { ForcedEnd } from "./forced-end.ts";
import { LogPump } from "./log-pump.ts";
import type { Prepared } from "./prepare.ts";
import type { Forced } from "./progress.ts";
import { RunFiles } from "./run-files.ts";
import { TransferReport } from "./transfer-report.ts";
import { type RunEnd, watchRun } from "./watch-run.ts";
import { within } from "./within.ts";

/** A log that says nothing for so long after the run's end has ended too. */
const SILENT_LOG_MS = 30_000;
/** What a run that we ended may still need until its end is seen. */
const SEEN_ENDED_MS = 15_000;
/** Of its timeout: a run that ended so early was not ended by it; clocks may differ a little. */
const EARLY = 0.8;
const RELEASE_MS = 5_000;

/** A run that the place has accepted. */
export class Run {
  readonly #drive: Drive;
  readonly #prepared: Prepared;
  readonly #handle: RunHandle;
  readonly #forced: ForcedEnd;
  readonly #pump: LogPump;
  readonly #files: RunFiles;
  readonly #stop = new AbortController();
  #seen: RunEnd | null = null;

  constructor(
    drive: Drive,
    prepared: Prepared,
    { handle, forced }: { handle: RunHandle; forced: ForcedEnd },
  ) {
    this.#drive = drive;
    this.#prepared = prepared;
    this.#handle = handle;
    this.#forced = forced;
    this.#pump = new LogPump(drive);
    this.#files = new RunFiles(drive, prepared, handle);
  }

  /** Follows it to its end, or ends it. @throws the lease's reason once it is lost */
  async toEnd(): Promise<Finished> {
    const { runner } = this.#prepared.place;
    const { held } = this.#drive;
    const side = AbortSignal.any([held.signal, this.#stop.signal]);
    const logged = this.#pump.run(runner, this.#handle, side);
    const ended = watchRun(this.#drive, {
      runner,
      handle: this.#handle,
      onRunning: (marks) => this.#began(marks.running ?? marks.started),
    });
    // A log that cannot be stored ends the drive at once; one that is read says nothing yet.
    const unstored = logged.then(() => new Promise<never>(() => undefined));
    // Each is awaited below; until then none may count as unhandled.
    for (const each of [logged, ended, unstored]) each.catch(() => undefined);
    void ended.then(
      (end) => (this.#seen = end),
      () => undefined,
    );
    const delivered = this.#deliver(side);
    try {
      const first = await Promise.race([ended, this.#forced.decided, unstored]);
      this.#forced.stopTimeout();
      if (!("ending" in first)) return await this.#end(first, ended, logged);
      const finished = await this.#finishedBy(first, logged, this.#forced.signal);
      return finished ?? (await this.#end(await this.#forced.decided, ended, logged));
    } catch (error) {
      if (!(error instanceof RunnerError)) throw error;
      return await this.#unreadable(error);
    } finally {
      this.#stop.abort(new Error("The run is over."));
      await delivered;
    }
  }

  /** The user's code runs: its time limit counts from here, or from where an earlier worker saw it. */
  #began(placeSays: Date | undefined): void {
    const { drive, limitMs } = { drive: this.#drive, limitMs: this.#prepared.timeoutMs };
    const wasAdopted = drive.attempt.handle !== null;
    const seen = wasAdopted ? (placeSays ?? drive.now()) : drive.now();
    if (drive.progress.runningSince === null) {
      drive.progress.runningSince = seen.toISOString();
      drive.reporter.report({ progress: { runningSince: drive.progress.runningSince } });
    }
    if (limitMs !== null) this.#forced.startTimeout(new Date(drive.progress.runningSince), limitMs);
  }

  async #deliver(signal: AbortSignal): Promise<void> {
    const { place, spec } = this.#prepared;
    const { reporter, masks } = this.#drive;
    const report = new TransferReport(spec.inputFiles, (upload) =>
      reporter.report({ progress: { upload: masks.deep(upload) } }),
    );
    try {
      let isBrought = false;
      await place.runner.deliver(this.#handle, spec, signal, (done) => {
        isBrought = true;
        report.reached(done);
      });
      // Those that travelled with the run are not told of, and neither are those of one that ended.
      const total = spec.inputFiles.reduce((sum, file) => sum + file.size, 0);
      if (!isBrought && this.#seen === null && spec.inputFiles.length > 0) report.reached(total);
    } catch (error) {
      if (signal.aborted) return;
      const line = this.#drive.task.range.startLine;
      if (error instanceof RunnerError) {
        return this.#forced.decide({ kind: "failed", failure: failureFrom(error, line) });
      }
      const evidence = error instanceof Error ? error.message : String(error);
      const message = "An input file could not be read from Podflow's own store.";
      const failure = storageFailure({ message, evidence }, line);
      this.#forced.decide({ kind: "failed", failure });
    }
  }

  /**
   * The run ended by itself: its log is read to the end, its output files are kept, and that decides
   * the state.
   * @param stop aborted when that is not to be waited for
   * @param why the failure that it has already
   * @returns null when it was stopped
   */
  async #finishedBy(
    end: RunEnd,
    logged: Promise<void>,
    stop: AbortSignal,
    why: Failure | null = null,
  ): Promise<Finished | null> {
    if (!(await this.#drained(end.ending, logged, stop))) return null;
    try {
      const { files, lost } = await this.#files.ofEnded(end, stop);
      // What the code did wrong says more than that its files are missing.
      return await this.#finished(end, files, why ?? this.#failureOf(end.ending) ?? lost);
    } catch (error) {
      this.#drive.held.signal.throwIfAborted();
      if (!stop.aborted) throw error;
      return null;
    }
  }

  /**
   * Waits for the log's end; one that never comes is a gap. A program that never began has no log,
   * unless it was to bring its own input files. False when that is not waited for any longer.
   */
  async #drained(ending: Ending, logged: Promise<void>, stop: AbortSignal): Promise<boolean> {
    if (!ending.mainStarted && ending.kind !== "input-files") {
      this.#stop.abort(new Error("There is no log."));
      return true;
    }
    while (!(await within(logged, SILENT_LOG_MS, stop))) {
      if (stop.aborted) return false;
      if (performance.now() - this.#pump.heardAt < SILENT_LOG_MS) continue;
      this.#stop.abort(new Error("The log does not end."));
      await this.#pump.leaveGap("The end of the log did not come after the run had ended.");
      break;
    }
    return true;
  }

  async #finished(
    { ending, node, mayStillRun }: RunEnd,
    files: CollectedArtifact[],
    failure: Failure | null,
  ): Promise<Finished> {
    const { progress, task } = this.#drive;
    const { mainStarted, exitCode } = ending;
    const isWarned = this.#prepared.plan.warningOnStdErr && progress.stdErrLineCount > 0;
    const hasRetry = task.retry !== null;
    // Who wrote a retry has said that it may run more than once.
    const run = { mainStarted, isOver: !mayStillRun || hasRetry, hasRetry };
    const end: UnsealedEnd = {
      state: failure ? "FAILED" : isWarned ? "WARNING" : "SUCCESS",
      failure,
      remark: failure === null && ending.remedy !== "" ? ending : null,
      exitCode,
      outputs: this.#outputs(exitCode, files),
      files,
      marks: this.#marks(),
      node,
      mayRepeat: failure !== null && mayRepeat(failure, run),
      blackBox: failure && (await this.#blackBox(failure)),
    };
    if (progress.keepsPod) await this.#release();
    return { end, cleanUp: progress.keepsPod ? null : () => this.#remove() };
  }

  #failureOf(ending: Ending): Failure | null {
    if (ending.kind === "exit" && ending.exitCode === 0) return null;
    const line = this.#drive.task.range.startLine;
    const { timeoutMs } = this.#prepared;
    const failure = failureFrom(ending, line);
    if (ending.kind !== "timeout" || timeoutMs === null) return failure;
    // The pod may have a tighter limit of its own, and the ending says so.
    if (this.#ranMs() < timeoutMs * EARLY) return failure;
    return { ...failure, ...timeoutFailure(timeoutMs, line), evidence: ending.message };
  }

  #ranMs(): number {
    const { now, progress } = this.#drive;
    return now().getTime() - Date.parse(progress.runningSince ?? now().toISOString());
  }

  #marks(): PhaseMarks {
    this.#drive.marks.note("collected", this.#drive.now());
    return this.#drive.marks.known;
  }

  #outputs(exitCode: number | null, files: CollectedArtifact[]): Record<string, unknown> {
    const { vars, stdOutLineCount, stdErrLineCount } = this.#drive.progress;
    const outputFiles = Object.fromEntries(files.map(({ name, uri }) => [name, uri]));
    return { vars, exitCode, outputFiles, stdOutLineCount, stdErrLineCount };
  }

  /** We end the run: for good, before that is recorded. */
  async #end(reason: Forced, ended: Promise<RunEnd>, logged: Promise<void>): Promise<Finished> {
    const drive = this.#drive;
    const { runner } = this.#prepared.place;
    await drive.reporter.now({ progress: { forced: reason } });
    const isLate = reason.kind === "failed" && reason.failure.kind === "timeout";
    if (isLate && (this.#prepared.spec.keepsFiles || drive.progress.keepsPod)) {
      const finished = await this.#endedByPlace(reason.failure, ended, logged);
      if (finished) return finished;
    }
    const files = isLate ? await this.#files.ofLate() : [];
    const blackBox = reason.kind === "failed" ? await this.#blackBox(reason.failure) : null;
    const graceSeconds = graceOf(this.#prepared.spec);
    const left = await endRun(drive, { runner, target: this.#handle, graceSeconds });
    if (left === null) drive.marks.note("removed", drive.now());
    // What observing or the log says of a run that we removed is not the reason of its end.
    const settled = Promise.allSettled([ended, logged]);
    if (!(await within(settled, graceSeconds * 1000 + SEEN_ENDED_MS))) {
      this.#stop.abort(new Error("The log does not end."));
      await this.#pump.leaveGap("The end of the log did not come after the run was ended.");
    }
    drive.held.signal.throwIfAborted();
    await drive.log.flush();
    const failure = reason.kind === "failed" ? reason.failure : null;
    const mainStarted = drive.progress.runningSince !== null;
    const run = { mainStarted, isOver: left === null, hasRetry: drive.task.retry !== null };
    return {
      end: {
        ...bareEnd(failure),
        failure: failure ?? left,
        mayRepeat: failure !== null && mayRepeat(failure, run),
        outputs: this.#outputs(null, files),
        files,
        marks: this.#marks(),
        node: this.#seen?.node ?? null,
        blackBox,
      },
      cleanUp: null,
    };
  }

  /**
   * A place has the same time limit, and ends the user's code alone: then its files are whole, with
   * what it saved when it was told to end, and the pod may stay. null: the place did not.
   */
  async #endedByPlace(
    failure: Failure,
    ended: Promise<RunEnd>,
    logged: Promise<void>,
  ): Promise<Finished | null> {
    const { killed } = this.#drive.held;
    const limitMs = graceOf(this.#prepared.spec) * 1000 + SEEN_ENDED_MS;
    if (!(await within(ended, limitMs, killed))) return null;
    return this.#finishedBy(await ended, logged, killed, failure);
  }

  /** The place cannot be read for good: nobody saw the end, so it is no success. */
  async #unreadable(error: RunnerError): Promise<Finished> {
    const { runner } = this.#prepared.place;
    await this.#pump.leaveGap(`The end of the log could not be read: ${error.message}`);
    await this.#drive.held.fresh();
    const isOver = await destroyOnce(runner, this.#handle, graceOf(this.#prepared.spec)).then(
      () => true,
      () => false,
    );
    const failure = failureFrom(error, this.#drive.task.range.startLine);
    const run = { mainStarted: true, isOver, hasRetry: this.#drive.task.retry !== null };
    const outputs = this.#outputs(null, []);
    const end = {
      ...bareEnd(failure),
      outputs,
      marks: this.#marks(),
      mayRepeat: mayRepeat(failure, run),
    };
    return { end, cleanUp: null };
  }

  #blackBox(failure: Failure): Promise<CollectedArtifact | null> {
    const { runner } = this.#prepared.place;
    return keepBlackBox(this.#drive, { runner, handle: this.#handle }, failure);
  }

  /** Best effort: what is left ends with the pod's own time limit. */
  async #release(): Promise<void> {
    const { runner } = this.#prepared.place;
    const { signal } = this.#drive.held;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(RELEASE_MS)]);
    try {
      await runner.release(this.#handle, limit);
    } catch (error) {
      signal.throwIfAborted();
      log().info({ error: String(error) }, "the helper of a pod that stays was not ended");
    }
  }

  async #remove(): Promise<void> {
    await destroyOnce(this.#prepared.place.runner, this.#handle, null);
  }
}
