import { type ChildProcess, spawn } from "node:child_process";
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import {
  type AttemptFolder,
  attemptFolderAt,
  isCode,
  MARK,
  readStored,
  type StoredEnding,
  type StoredKeeper,
  type StoredSpec,
  type StoredStart,
  type StoredStop,
} from "./attempt-folder.ts";
import { endingOfExit, endingOfFailedSpawn, endingOfStop, type StopReason } from "./endings.ts";
import { LogWriter } from "./log-writer.ts";
import { processStamp, signalTree } from "./process-tree.ts";

/**
 * The program that starts and watches the code of one attempt: `node keeper.ts FOLDER`. It belongs
 * to no worker, so that the code, its log and its exit status outlive them all.
 */
const TIMEOUT_GRACE_SECONDS = 5;
const SHUTDOWN_GRACE_SECONDS = 3;
/** What the code left behind has this long to close its output before it is killed. */
const LEFTOVER_MS = 200;
/** setTimeout takes no more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const LAST_ERRORS_BYTES = 2048;

class Keeper {
  readonly #folder: AttemptFolder;
  readonly #spec: StoredSpec;
  readonly #log: LogWriter;
  readonly #logFd: number;
  #child: ChildProcess | null = null;
  #startedAt: string | null = null;
  #reason: StopReason | null = null;
  #killTimer: NodeJS.Timeout | null = null;
  #lastErrors = Buffer.alloc(0);

  constructor(folder: AttemptFolder, spec: StoredSpec) {
    this.#folder = folder;
    this.#spec = spec;
    this.#logFd = openSync(folder.log, "a");
    this.#log = new LogWriter(this.#logFd);
  }

  run(): void {
    process.on("SIGTERM", () => this.#onStop());
    process.on("SIGINT", () => this.#onStop());
    process.on("SIGHUP", () => undefined);
    const [program = "", ...parameters] = this.#spec.command;
    let child: ChildProcess;
    try {
      child = spawn(program, parameters, {
        cwd: this.#folder.work,
        env: processEnv({ ...this.#spec.env, [MARK]: this.#spec.attemptId }),
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      });
    } catch (error) {
      // Node throws what it does not expect, for example a command that is too long.
      this.#failToStart(program, error instanceof Error ? error : new Error(String(error)));
      return;
    }
    child.once("error", (error) => {
      if (child.pid === undefined) this.#failToStart(program, error);
    });
    if (child.pid !== undefined) this.#watch(child, child.pid);
  }

  #watch(child: ChildProcess, pid: number): void {
    this.#child = child;
    this.#startedAt = new Date().toISOString();
    const start: StoredStart = { pid, startedAt: this.#startedAt };
    writeWhole(this.#folder.started, start);
    child.stdout?.on("data", (chunk: Buffer) => this.#onOutput("stdout", chunk));
    child.stderr?.on("data", (chunk: Buffer) => this.#onOutput("stderr", chunk));
    const seconds = this.#spec.timeoutSeconds;
    if (seconds !== null && seconds * 1000 < LONGEST_TIMER_MS)
      setTimeout(() => {
        this.#end({ kind: "timeout", seconds }, TIMEOUT_GRACE_SECONDS);
      }, seconds * 1000).unref();
    child.once("exit", () => {
      const timer = setTimeout(() => this.#kill(), LEFTOVER_MS);
      child.once("close", (code, signal) => {
        clearTimeout(timer);
        this.#finish(code, signal);
      });
    });
  }

  #onOutput(stream: "stdout" | "stderr", chunk: Buffer): void {
    this.#log.write(stream, chunk, Date.now());
    if (stream === "stderr")
      this.#lastErrors = Buffer.concat([this.#lastErrors, chunk]).subarray(-LAST_ERRORS_BYTES);
    if (this.#log.isFull) this.#end(this.#diskFull(), 0);
  }

  #diskFull(): StopReason {
    return { kind: "disk-full", folder: dirname(this.#folder.root) };
  }

  /** Somebody wants it ended: `stop.json` says how; without it Podflow or the machine is shutting down. */
  #onStop(): void {
    const stop = readStored<StoredStop>(this.#folder.stop);
    if (stop) this.#end({ kind: "stopped", graceSeconds: stop.graceSeconds }, stop.graceSeconds);
    else this.#end({ kind: "shutdown" }, SHUTDOWN_GRACE_SECONDS);
  }

  #end(reason: StopReason, graceSeconds: number): void {
    if (this.#child === null) return;
    if (this.#reason === null) signalTree(this.#tree(), "SIGTERM");
    this.#reason ??= reason;
    if (this.#killTimer) clearTimeout(this.#killTimer);
    this.#killTimer = setTimeout(() => this.#kill(), graceSeconds * 1000);
  }

  #kill(): void {
    // A process may fork while the list is read: again until nothing is left.
    for (let round = 0; round < 20; round += 1)
      if (signalTree(this.#tree(), "SIGKILL") === 0) return;
  }

  #tree(): { session: number | null; attemptId: string } {
    return { session: this.#child?.pid ?? null, attemptId: this.#spec.attemptId };
  }

  #finish(code: number | null, signal: NodeJS.Signals | null): void {
    this.#kill();
    this.#log.finish(Date.now());
    if (this.#log.isFull) this.#reason ??= this.#diskFull();
    const ending = this.#reason
      ? endingOfStop(this.#reason, code)
      : endingOfExit(code, signal, this.#lastErrors.toString("utf8"));
    this.#record(ending);
  }

  #failToStart(program: string, error: Error): void {
    this.#record(endingOfFailedSpawn(program, error));
  }

  /** The ending is on the disk for good before anybody can see it. */
  #record(ending: StoredEnding["ending"]): void {
    fsyncSync(this.#logFd);
    closeSync(this.#logFd);
    const stored: StoredEnding = {
      ending,
      startedAt: this.#startedAt,
      endedAt: new Date().toISOString(),
      logBytes: this.#log.size,
    };
    const text = JSON.stringify(stored);
    const fd = openSync(this.#folder.reserve, "r+");
    // Blanks over what is there: the file keeps its blocks, so a full disk does not matter.
    const length = readFileSync(fd).length;
    writeFileSync(this.#folder.reserve, text.padEnd(length), { flag: "r+" });
    fsyncSync(fd);
    closeSync(fd);
    renameSync(this.#folder.reserve, this.#folder.ending);
    syncFolder(this.#folder.root);
    process.exit(0);
  }
}

/** Becomes the attempt's only keeper; false when there is one already. */
function claim(folder: AttemptFolder): boolean {
  const keeper: StoredKeeper = {
    pid: process.pid,
    stamp: processStamp(process.pid) ?? "",
    isRemoval: false,
  };
  const draft = `${folder.keeper}.${process.pid}`;
  const fd = openSync(draft, "w", 0o600);
  writeFileSync(fd, JSON.stringify(keeper));
  fsyncSync(fd);
  closeSync(fd);
  try {
    linkSync(draft, folder.keeper);
    syncFolder(folder.root);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

function processEnv(env: Record<string, string>): NodeJS.ProcessEnv {
  // Next's types want NODE_ENV in every environment; Node's own do not.
  return env as NodeJS.ProcessEnv;
}

function writeWhole(path: string, value: unknown): void {
  const draft = `${path}.draft`;
  writeFileSync(draft, JSON.stringify(value), { mode: 0o600 });
  renameSync(draft, path);
}

function syncFolder(path: string): void {
  const fd = openSync(path, "r");
  fsyncSync(fd);
  closeSync(fd);
}

/** Tells the worker that started us that the run is in our hands, then lets go of it. */
function accept(): void {
  if (process.send && process.connected) process.send("accepted", () => process.disconnect());
}

const folder = attemptFolderAt(process.argv[2] ?? "");
const isOurs = claim(folder);
const spec = readStored<StoredSpec>(folder.spec);
if (isOurs && spec) new Keeper(folder, spec).run();
accept();
