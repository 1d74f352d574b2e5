import { Readable } from "node:stream";
import type { ClusterApi } from "./api.ts";
import { ApiFailure, failureFromBody } from "./api-failure.ts";
import { CHANNEL, type ExecAddress, type ExecListener, type ExecSocket } from "./exec-socket.ts";
import { ExecSpdySocket, NoSpdyError } from "./exec-spdy-socket.ts";
import { ExecWebSocket } from "./exec-web-socket.ts";
import { openTunnel } from "./proxy-tunnel.ts";
import { podPath } from "./read-pod.ts";

/** Of 16 KiB, as TLS brings them, or 64 KiB at most. */
const STDOUT_PIECES = 64;
const STDERR_CHARACTERS = 16 * 1024;
const PING_MS = 15_000;
const SILENT_MS = 60_000;
const ENDED_EARLY = "The command ended before it had read all.";

export interface ExecTarget {
  namespace: string;
  name: string;
  container: string;
  command: string[];
}

export interface ExecResult {
  exitCode: number;
  /** The end of it. */
  stderr: string;
}

export interface ExecSession {
  /** Must be read to its end, or destroyed. */
  stdout: Readable;
  /** Whether the end of stdin reaches the command; if not, it must know how many bytes to expect. */
  closesStdin: boolean;
  /** Whether the command still listens. */
  isOpen: boolean;
  /** Sends these bytes. Resolves when they are on their way. */
  write(bytes: Uint8Array): Promise<void>;
  /** Sends these bytes and then the end. Resolves when they are on their way. */
  send(source: AsyncIterable<Uint8Array>): Promise<void>;
  /** The end of what came so far. */
  stderr: string;
  /** Rejects when the connection ended without the command's status. */
  done: Promise<ExecResult>;
}

type Connect = (address: ExecAddress, listener: ExecListener) => ExecSocket;
const bySpdy: Connect = (address, listener) => new ExecSpdySocket(address, listener);
const byWebSocket: Connect = (address, listener) => new ExecWebSocket(address, listener);

/** Servers, or ways to them, that know web sockets alone. */
const withoutSpdy = new WeakSet<ClusterApi>();

/**
 * Runs a command in a running container, with back-pressure both ways.
 * @throws ApiFailure when the server refuses, whatever the socket throws when it cannot be opened
 */
export async function openExec(
  api: ClusterApi,
  target: ExecTarget,
  signal: AbortSignal,
): Promise<ExecSession> {
  if (withoutSpdy.has(api)) return openBy(byWebSocket, api, target, signal);
  try {
    return await openBy(bySpdy, api, target, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApiFailure) throw error;
    const session = await openBy(byWebSocket, api, target, signal);
    // A connection that broke may have done so for any reason.
    if (error instanceof NoSpdyError) withoutSpdy.add(api);
    return session;
  }
}

async function openBy(
  connect: Connect,
  api: ClusterApi,
  target: ExecTarget,
  signal: AbortSignal,
): Promise<ExecSession> {
  let wasRefused = false;
  for (let tries = 1; ; tries += 1) {
    await api.admit(signal);
    const address = await addressOf(api, target, { wasRefused, signal });
    const session = new Session((listener) => connect(address, listener), signal);
    try {
      await session.opened;
      return session;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ApiFailure)) throw error;
      if (error.status === 401 && !wasRefused) wasRefused = true;
      else if (api.comesAgain(error, tries) === null) throw error;
    }
  }
}

async function addressOf(
  api: ClusterApi,
  target: ExecTarget,
  { wasRefused, signal }: { wasRefused: boolean; signal: AbortSignal },
): Promise<ExecAddress> {
  const query = new URLSearchParams({
    container: target.container,
    stdin: "true",
    stdout: "true",
    stderr: "true",
    tty: "false",
  });
  for (const part of target.command) query.append("command", part);
  const login = await api.login(wasRefused, signal);
  const { proxyUrl, server } = api.access;
  const tunnel = proxyUrl ? await openTunnel(proxyUrl, server, { tls: login.tls, signal }) : null;
  return { url: `${server}${podPath(target)}/exec?${query}`, login, tunnel };
}

class Session implements ExecSession {
  readonly stdout: Readable;
  readonly done: Promise<ExecResult>;
  readonly opened: Promise<void>;
  readonly #socket: ExecSocket;
  #status: ExecResult | Error | null = null;
  /** Ends the wait for more to send. */
  #giveUp: (error: Error) => void = () => undefined;
  #stderr = "";
  #statusText = "";
  #lastHeard = Date.now();
  #isPaused = false;

  constructor(connect: (listener: ExecListener) => ExecSocket, signal: AbortSignal) {
    const { promise, resolve, reject } = Promise.withResolvers<ExecResult>();
    this.done = promise;
    const socket = connect({
      onMessage: (channel, body) => this.#onMessage(channel, body),
      onAlive: () => (this.#lastHeard = Date.now()),
      onClose: (why) => {
        signal.removeEventListener("abort", onAbort);
        clearInterval(watchdog);
        const status = this.#status ?? new Error(`The connection broke (${why}).`);
        if (signal.aborted) reject(signal.reason as Error);
        else if (status instanceof Error) {
          this.stdout.destroy(status);
          reject(status);
        } else resolve(status);
      },
    });
    this.#socket = socket;
    this.opened = socket.opened;
    this.stdout = new Readable({
      // Each piece as it came: a reader of bytes would get copies of several.
      objectMode: true,
      highWaterMark: STDOUT_PIECES,
      read: () => this.#resume(),
      destroy: (error, callback) => {
        if (!this.#status) socket.terminate();
        callback(error);
      },
    });
    // Its failure is told by `done` as well, and a reader gets it when there is one.
    this.stdout.on("error", () => undefined);
    const onAbort = (): void => {
      this.stdout.destroy(signal.reason instanceof Error ? signal.reason : undefined);
      socket.terminate();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    const watchdog = setInterval(() => this.#checkAlive(), PING_MS);
    // Who only reads stdout must not crash the process.
    this.done.catch(() => undefined);
    const endWait = (): void => this.#giveUp(new Error(ENDED_EARLY));
    this.done.then(endWait, endWait);
  }

  get closesStdin(): boolean {
    return this.#socket.closesStdin;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get isOpen(): boolean {
    return this.#socket.isOpen && this.#status === null;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#socket.isOpen) throw new Error(ENDED_EARLY);
    await this.#socket.send(bytes);
  }

  async send(source: AsyncIterable<Uint8Array>): Promise<void> {
    const chunks = source[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#unlessOver(chunks.next());
        if (next.done) break;
        await this.write(next.value);
      }
    } catch (error) {
      // Not waited for: a source that says nothing does not say either that it has stopped.
      chunks.return?.().catch(() => undefined);
      throw error;
    }
    if (!this.closesStdin) return;
    if (!this.#socket.isOpen) throw new Error(ENDED_EARLY);
    await this.#socket.endStdin();
  }

  /** A source that says nothing must not outlive the command that it is for. */
  #unlessOver<T>(waiting: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      waiting.then(resolve, reject);
    });
  }

  #onMessage(channel: number, body: Buffer): void {
    if (channel === CHANNEL.stdout) {
      if (body.length > 0 && !this.stdout.destroyed && !this.stdout.push(body)) this.#pause();
    } else if (channel === CHANNEL.stderr) {
      this.#stderr = (this.#stderr + body.toString("utf8")).slice(-STDERR_CHARACTERS);
    } else if (channel === CHANNEL.status && this.#status === null) {
      // It comes in one message, and may be read in several pieces.
      this.#statusText += body.toString("utf8");
      this.#status = resultOf(this.#statusText, this.#stderr);
      if (this.#status === null) return;
      if (!this.stdout.destroyed) this.stdout.push(null);
      this.#socket.close();
    }
  }

  #pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#lastHeard = Date.now();
    this.#socket.resume();
  }

  #checkAlive(): void {
    if (this.#isPaused || !this.#socket.isOpen) return;
    if (Date.now() - this.#lastHeard > SILENT_MS) this.#socket.terminate();
    else this.#socket.ping();
  }
}

interface ExecStatus {
  status?: string;
  message?: string;
  code?: number;
  details?: { causes?: { reason?: string; message?: string }[] };
}

/**
 * The status message is a `Status` object; a command that failed has its exit code in the causes.
 * Null when it is not whole yet.
 */
function resultOf(text: string, stderr: string): ExecResult | Error | null {
  let status: ExecStatus;
  try {
    // The form is that of Kubernetes' API.
    status = JSON.parse(text) as ExecStatus;
  } catch {
    return null;
  }
  if (status.status === "Success") return { exitCode: 0, stderr };
  const cause = status.details?.causes?.find(({ reason }) => reason === "ExitCode");
  if (cause) return { exitCode: Number(cause.message), stderr };
  return failureFromBody(status.code ?? 500, text);
}
