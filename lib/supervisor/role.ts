import { spawn, type ChildProcess } from "node:child_process";
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { childEnvironment } from "#lib/config/child-environment.ts";
import { PING, PONG } from "#lib/config/supervisor-channel.ts";
import { isRunning } from "./lock.ts";
import { say } from "./say.ts";

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;
/** A process that lived this long had a good start: the next delay is the first one again. */
const GOOD_LIFE_MS = 20_000;
const STOP_MS = 10_000;
/** Pings without an answer after which a process counts as hung: a minute, on a busy machine too. */
const PINGS = { everyMs: 5000, limit: 12 };
const LOG_BYTES = 20 * 1024 ** 2;

export interface RoleOptions {
  name: "web" | "worker";
  script: string;
  args: string[];
  /** For Node itself. */
  nodeOptions?: string[];
  root: string;
  dataFolder: string;
  environment: Record<string, string>;
  /** How often it is asked whether it still works, and after how many unanswered times it is ended. */
  pings?: { everyMs: number; limit: number };
}

/** One of the processes that the supervisor keeps running: started again when it ends or hangs. */
export class Role {
  readonly #options: RoleOptions;
  #child: ChildProcess | null = null;
  #isStopping = false;
  #delayMs = FIRST_DELAY_MS;
  readonly #stopped = new AbortController();

  constructor(options: RoleOptions) {
    this.#options = options;
  }

  /** Ends what an earlier supervisor of this data folder left, then starts. */
  start(): void {
    const { name, script } = this.#options;
    const left = this.#readPid();
    if (left !== null && isRunning(left, script)) process.kill(left, "SIGKILL");
    say(`Starting ${name}`);
    this.#spawn();
  }

  /** Ends it: SIGTERM, and SIGKILL when it has not ended after 10 s. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#stopped.abort();
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      // What a worker started on this machine must not outlive us.
      if (child.connected) child.send("last");
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.#pidFile, { force: true });
  }

  get #pidFile(): string {
    return join(this.#options.dataFolder, "run", `${this.#options.name}.pid`);
  }

  get #logFile(): string {
    return join(this.#options.dataFolder, "log", `${this.#options.name}.log`);
  }

  #readPid(): number | null {
    return existsSync(this.#pidFile) ? Number(readFileSync(this.#pidFile, "utf8")) : null;
  }

  #spawn(): void {
    const { script, args, root, environment, nodeOptions = [] } = this.#options;
    rotate(this.#logFile);
    const output = openSync(this.#logFile, "a");
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", ...nodeOptions, script, ...args],
      {
        cwd: root,
        // A group of its own, so that Ctrl-C reaches it through us, in order. The channel ends with
        // this process, which tells the child to end too.
        detached: true,
        stdio: ["ignore", output, output, "ipc"],
        env: childEnvironment(environment),
      },
    );
    closeSync(output);
    this.#child = child;
    const began = Date.now();
    const stopPinging = this.#ping(child);
    if (child.pid !== undefined) writeFileSync(this.#pidFile, String(child.pid));
    child.once("error", (error) =>
      say(`${this.#options.name} cannot be started: ${error.message}`),
    );
    child.once("exit", (code, signal) => {
      stopPinging();
      if (!this.#isStopping) void this.#restart(Date.now() - began, signal ?? `code ${code}`);
    });
  }

  /** Ends a process that answers no more. Counts pings, not time, which runs on while a laptop sleeps. */
  #ping(child: ChildProcess): () => void {
    const { name, pings = PINGS } = this.#options;
    // Counted from the first answer on: before it, the process is starting.
    let unanswered: number | null = null;
    child.on("message", (message) => {
      if (message === PONG) unanswered = 0;
    });
    const timer = setInterval(() => {
      if (unanswered !== null) unanswered += 1;
      if (unanswered !== null && unanswered > pings.limit) {
        const seconds = Math.round((pings.limit * pings.everyMs) / 1000);
        say(`${name} has not answered for ${seconds} s and is ended. Its log: ${this.#logFile}`);
        child.kill("SIGKILL");
      } else if (child.connected) child.send(PING);
    }, pings.everyMs);
    timer.unref();
    return () => clearInterval(timer);
  }

  async #restart(livedMs: number, how: string): Promise<void> {
    if (livedMs > GOOD_LIFE_MS) this.#delayMs = FIRST_DELAY_MS;
    const { name } = this.#options;
    say(
      `${name} ended (${how}) and is started again in ${this.#delayMs / 1000} s. Its log: ${this.#logFile}`,
    );
    try {
      await pause(this.#delayMs, undefined, { signal: this.#stopped.signal });
    } catch {
      // We are being stopped meanwhile.
      return;
    }
    this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_DELAY_MS);
    this.#spawn();
  }
}

function rotate(file: string): void {
  if (existsSync(file) && statSync(file).size > LOG_BYTES) renameSync(file, `${file}.1`);
}
