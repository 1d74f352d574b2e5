import { log } from "#lib/config/log.ts";
import type { Failure } from "#lib/core/failure.ts";
import type { CollectedArtifact } from "#lib/executions/attempt-end.ts";
import { type RunHandle, RunnerError } from "#lib/runner/contract.ts";
import { StorageError } from "#lib/store/artifact-store.ts";
import { collectOutputs } from "./collect-outputs.ts";
import type { Drive } from "./drive.ts";
import { failureFrom, storageFailure } from "./ending.ts";
import type { Prepared } from "./prepare.ts";
import type { RunEnd } from "./watch-run.ts";

/** Files of a run that is too late are kept if that goes quickly. */
const LATE_FILES_MS = 10_000;

/** The output files of a run; a task without any has none at any time. */
export class RunFiles {
  readonly #drive: Drive;
  readonly #prepared: Prepared;
  readonly #handle: RunHandle;

  constructor(drive: Drive, prepared: Prepared, handle: RunHandle) {
    this.#drive = drive;
    this.#prepared = prepared;
    this.#handle = handle;
  }

  /**
   * Those of a run that has ended, or why they are lost.
   * @param stop aborted when they are not to be waited for
   * @throws the reason of that, and of the lease
   */
  async ofEnded(
    { ending, mayStillRun }: RunEnd,
    stop: AbortSignal,
  ): Promise<{ files: CollectedArtifact[]; lost: Failure | null }> {
    if (!ending.mainStarted || mayStillRun) return { files: [], lost: null };
    const signal = AbortSignal.any([this.#drive.held.signal, stop]);
    try {
      return { files: await this.#collect(signal), lost: null };
    } catch (error) {
      signal.throwIfAborted();
      return { files: [], lost: this.#lost(error) };
    }
  }

  /** Those of a run that goes on and is too late, as far as they come in time; its log says if not. */
  async ofLate(): Promise<CollectedArtifact[]> {
    const { held, log: lines, now } = this.#drive;
    try {
      return await this.#collect(
        AbortSignal.any([held.signal, held.killed, AbortSignal.timeout(LATE_FILES_MS)]),
      );
    } catch (error) {
      held.signal.throwIfAborted();
      log().info({ error: String(error) }, "the files of a run that was too late are not kept");
      lines.say("The output files are not kept: they did not come in time.", "WARN", now());
      return [];
    }
  }

  async #collect(signal: AbortSignal): Promise<CollectedArtifact[]> {
    const { place, rule, spec } = this.#prepared;
    if (!spec.keepsFiles) return [];
    const from = { runner: place.runner, handle: this.#handle, rule };
    return collectOutputs(this.#drive, from, signal);
  }

  #lost(error: unknown): Failure {
    const line = this.#drive.task.range.startLine;
    if (error instanceof RunnerError) return failureFrom(error, line);
    if (!(error instanceof StorageError)) throw error;
    return storageFailure(
      { message: `The output files could not be kept. ${error.message}` },
      line,
    );
  }
}
