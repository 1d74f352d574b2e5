import type { LogLevel } from "#lib/core/log-line.ts";
import {
  type LogBatch,
  type RunHandle,
  type Runner,
  type RunLogLine,
  RunnerError,
} from "#lib/runner/contract.ts";
import { continues } from "#lib/runner/growing-line.ts";
import { readProtocolLine } from "#lib/tasks/stdout-protocol.ts";
import { pause } from "../persist.ts";
import type { Drive } from "./drive.ts";

const PROTOCOL_START = Buffer.from("::{");
/** Outputs that code prints are kept in the database: what is larger belongs into a file. */
const MAX_VARS_CHARACTERS = 4 * 1024 * 1024;
const RETRY_MS = 1000;
const MAX_RETRIES = 5;

/** Brings a run's log into the execution's, to its end. */
export class LogPump {
  readonly #drive: Drive;
  #varsSize: number;
  /** When lines came last, by the monotonic clock. */
  heardAt = performance.now();

  constructor(drive: Drive) {
    this.#drive = drive;
    this.#varsSize = JSON.stringify(drive.progress.vars).length;
  }

  /**
   * Resolves when the run has ended and its log is read and stored. What cannot be read for good
   * becomes a gap. @throws the signal's reason, and what the database's loss of the lease throws
   */
  async run(runner: Runner, handle: RunHandle, signal: AbortSignal): Promise<void> {
    const { progress } = this.#drive;
    let cursor = progress.cursor;
    for (let failures = 0; ;) {
      try {
        for await (const batch of runner.followLog(handle, cursor, signal)) {
          await this.#take(batch);
          cursor = batch.cursor;
          failures = 0;
        }
        return await this.#drive.log.flush();
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof RunnerError)) throw error;
        failures += 1;
        if (failures > MAX_RETRIES || !error.isTransient) return this.#giveUp(error.message);
        await pause(RETRY_MS * failures, signal);
      }
    }
  }

  async #giveUp(why: string): Promise<void> {
    await this.leaveGap(`The end of the log could not be read: ${why}`);
  }

  /** Says that the end of the log is missing, or may be. */
  async leaveGap(why: string): Promise<void> {
    const { log } = this.#drive;
    log.gap({ after: null, before: null, why });
    await log.flush();
  }

  async #take(batch: LogBatch): Promise<void> {
    this.heardAt = performance.now();
    const { progress, log } = this.#drive;
    if (batch.gap) log.gap(batch.gap);
    let hasVars = false;
    for (const line of batch.lines) {
      if (!continues(line)) this.#count(line);
      if (line.stream === null) progress.isJoined = true;
      hasVars = this.#line(line) || hasVars;
    }
    progress.cursor = batch.cursor;
    await log.advance({
      cursor: batch.cursor,
      stdOutLineCount: progress.stdOutLineCount,
      stdErrLineCount: progress.stdErrLineCount,
      isJoined: progress.isJoined,
      ...(hasVars ? { vars: progress.vars } : {}),
    });
  }

  #count({ stream }: RunLogLine): void {
    const { progress } = this.#drive;
    if (stream === "stderr") progress.stdErrLineCount += 1;
    else progress.stdOutLineCount += 1;
  }

  /** Stores a line, or does what it says to us. Returns whether it set outputs. */
  #line(line: RunLogLine): boolean {
    const { bytes, time, stream, part } = line;
    const { log, masks, progress, task } = this.#drive;
    const timeMs = time.getTime();
    const level = stream === "stderr" ? "ERROR" : "INFO";
    const says = !part && startsAsProtocol(bytes) ? readProtocolLine(textOf(bytes)) : null;
    if (says === null) {
      log.line({ bytes, timeMs, level, stream, ...(continues(line) && { continues: true }) }, part);
      return false;
    }
    const add = (at: LogLevel, message: string): void => {
      log.line({ bytes: Buffer.from(message), timeMs, level: at, stream });
    };
    if ("invalid" in says) {
      add("WARN", says.invalid);
      return false;
    }
    for (const { level: at, message } of says.logs ?? []) {
      for (const one of message.split(/\r?\n/)) add(at, one);
    }
    for (const metric of says.metrics ?? []) log.metric({ ...metric, taskId: task.id });
    if (!says.outputs) return false;
    this.#varsSize += JSON.stringify(says.outputs).length;
    if (this.#varsSize > MAX_VARS_CHARACTERS) {
      add(
        "WARN",
        "These outputs are not kept: all outputs of a task may have 4 MiB. Write them to a file and name it in outputFiles.",
      );
      return false;
    }
    // Outputs are plain JSON, and masking keeps its form.
    progress.vars = { ...progress.vars, ...(masks.deep(says.outputs) as Record<string, unknown>) };
    return true;
  }
}

function startsAsProtocol(bytes: Uint8Array): boolean {
  const [first, second, third] = PROTOCOL_START;
  return bytes[0] === first && bytes[1] === second && bytes[2] === third && bytes.length > 5;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}
