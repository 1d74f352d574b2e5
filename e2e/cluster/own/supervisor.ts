import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ComponentName, commandLine } from "./components.ts";
import type { Settings } from "./settings.ts";
import { MARK } from "./sweep.ts";

/** Starts, stops and signals the processes of one cluster; each writes to `<logs>/<name>.log`. */
export class Supervisor {
  readonly settings: Settings;
  readonly #children = new Map<ComponentName, ChildProcess>();
  readonly #onUnexpectedEnd: (name: ComponentName, how: string) => void;
  readonly #wantedToEnd = new WeakSet<ChildProcess>();
  #isClosed = false;

  constructor(settings: Settings, onUnexpectedEnd: (name: ComponentName, how: string) => void) {
    this.settings = settings;
    this.#onUnexpectedEnd = onUnexpectedEnd;
  }

  /** Starts the component, unless it runs. Says nothing of whether it is ready. */
  start(name: ComponentName): void {
    if (this.#isClosed) throw new Error("The cluster is being stopped.");
    if (this.isRunning(name)) return;
    const [program, ...args] = commandLine(name, this.settings);
    const log = openSync(this.logFile(name), "a");
    const path = `${this.settings.binaries}:${process.env.PATH ?? ""}`;
    // PATH, because containerd looks for its shim there and must not find the system's older one.
    const child = spawn(program, args, {
      cwd: this.settings.state,
      detached: true,
      stdio: ["ignore", log, log],
      env: { ...process.env, PATH: path, [MARK]: this.settings.state },
    });
    closeSync(log);
    this.#children.set(name, child);
    const ended = (how: string): void => {
      if (!this.#wantedToEnd.has(child)) this.#onUnexpectedEnd(name, how);
    };
    child.once("error", (cause) => ended(cause.message));
    child.once("exit", (code, signal) => ended(`exit code ${code ?? signal}`));
  }

  /** Ends the component as a crash would, and returns when it has ended. */
  async kill(name: ComponentName): Promise<void> {
    const child = this.#children.get(name);
    if (!child || !this.isRunning(name)) return;
    this.#wantedToEnd.add(child);
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  /** Sends the component a signal, such as SIGSTOP. */
  signal(name: ComponentName, signal: NodeJS.Signals): void {
    if (!this.#children.get(name)?.kill(signal)) throw new Error(`${name} does not run.`);
  }

  isRunning(name: ComponentName): boolean {
    const child = this.#children.get(name);
    return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** From now on nothing starts any more, and the end of a component is no surprise. */
  close(): void {
    this.#isClosed = true;
    for (const child of this.#children.values()) this.#wantedToEnd.add(child);
  }

  logFile(name: ComponentName): string {
    return join(this.settings.logs, `${name}.log`);
  }

  async lastWords(name: ComponentName): Promise<string> {
    const text = await readFile(this.logFile(name), "utf8").catch(() => "");
    return text.trimEnd().split("\n").slice(-5).join("\n");
  }
}
