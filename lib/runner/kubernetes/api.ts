import type { Readable } from "node:stream";
import { createSecureContext } from "node:tls";
import { Agent, type Dispatcher, ProxyAgent, request } from "undici";
import type { ClusterAccess } from "./access.ts";
import { RunnerError } from "../contract.ts";
import { orAbort } from "../or-abort.ts";
import { type ApiFailure, failureFromBody } from "./api-failure.ts";
import type { Login, TlsOptions } from "./login.ts";
import { RequestRate } from "./request-rate.ts";

export interface CallOptions {
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  /** Default: JSON of the whole object. */
  accept?: string;
  signal: AbortSignal;
  /**
   * How long each try may take from when it goes, its body included; waiting for its turn is no part of
   * it. What is late rejects with a `TimeoutError`.
   */
  limitMs?: number;
  /** Of a stream: it is not read for a while, and little of it may be on the way meanwhile. */
  isUnread?: boolean;
  /** Told each `Warning` header of an answer that is a success, its text alone. */
  onWarning?: (text: string) => void;
}

type Method = "GET" | "POST" | "PATCH" | "DELETE";

interface Dispatchers {
  calls: Dispatcher;
  streams: Dispatcher;
  unread: Dispatcher;
}

/** Time for an answer's head: admission webhooks may take 30 s. */
const HEAD_MS = 35_000;
/** A watch or a log answers at once, and only what follows takes its time. */
const STREAM_HEAD_MS = 15_000;
const BODY_MS = 15_000;
/** Clocks that differ by less count as one. */
const CLOCK_NOISE_MS = 3_000;
const CONNECT_MS = 10_000;
/** Times that a server which asks to come again later is obeyed before its answer is the caller's. */
const THROTTLED_TRIES = 8;
/** What a person waits for is told when the server asks for more than this. */
const QUIET_WAIT_MS = 2_000;

/**
 * Calls to one API server over kept connections: our own, because client-node opens a connection
 * for each call, ignores abort signals and loses errors of streams.
 */
export class ClusterApi {
  readonly access: ClusterAccess;
  readonly #rate: RequestRate;
  #clockOffsetMs = 0;
  readonly #dispatchers = new Map<string, Dispatchers>();

  constructor(access: ClusterAccess, rate = new RequestRate()) {
    this.access = access;
    this.#rate = rate;
  }

  /**
   * One call that answers with JSON. All calls keep a common pace and wait as a throttling server
   * says; one is tried once more with a fresh login when it was refused.
   * @throws ApiFailure for an answer that is no success, whatever undici throws for none, and a
   * transient RunnerError when something is to be made and the server asks for a wait that is worth
   * telling: the next call waits it out
   */
  async call(method: Method, path: string, options: CallOptions): Promise<unknown> {
    const answer = await this.#send(method, path, options, false);
    const text = await answer.body.text();
    return text === "" ? null : JSON.parse(text);
  }

  /**
   * A body that may come for ever, such as a watch or a log. It fails when the connection breaks,
   * and never by silence: who reads it watches over that.
   */
  async stream(path: string, options: CallOptions): Promise<Readable> {
    const answer = await this.#send("GET", path, options, true);
    return answer.body;
  }

  /** Resolves when the next call may go, for those who make it themselves. */
  admit(signal: AbortSignal): Promise<void> {
    return this.#rate.take(signal);
  }

  /** The login of the moment, which may come from a program or a task that takes its time. */
  login(wasRefused: boolean, signal: AbortSignal): Promise<Login> {
    return orAbort(this.access.login(wasRefused), signal);
  }

  /**
   * Whether a refusal asks to come again later; then no call goes until then, and the next one waits it
   * out.
   * @param tries how often the call was made; one that is refused too often is not made again
   * @returns for how long, in milliseconds; null when the refusal is the caller's
   */
  comesAgain(failure: ApiFailure, tries: number): number | null {
    if (!isThrottled(failure) || tries >= THROTTLED_TRIES) return null;
    return this.#rate.close(throttleMs(failure, tries));
  }

  /** The API server's clock, in milliseconds: times in pods are compared with it, not with ours. */
  now(): number {
    return Date.now() + this.#clockOffsetMs;
  }

  /** A moment that the cluster tells, by our clock. */
  byOurClock(moment: Date): Date {
    return new Date(moment.getTime() - this.#clockOffsetMs);
  }

  /** Lets all connections go. */
  async close(): Promise<void> {
    const all = [...this.#dispatchers.values()].flatMap((its) => Object.values(its));
    this.#dispatchers.clear();
    await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
  }

  async #send(
    method: Method,
    path: string,
    options: CallOptions,
    isStream: boolean,
  ): Promise<Dispatcher.ResponseData> {
    const url = urlOf(this.access.server, path, options.query);
    let wasRefused = false;
    for (let tries = 1; ; tries += 1) {
      await this.#rate.take(options.signal);
      const login = await this.login(wasRefused, options.signal);
      const askedAt = Date.now();
      const answer = await this.#request(url, method, login, { ...options, isStream });
      this.#noteClock(answer.headers.date, askedAt);
      if (answer.statusCode < 300) {
        if (options.onWarning) warningsIn(answer.headers["warning"]).forEach(options.onWarning);
        return answer;
      }
      const failure = failureFromBody(answer.statusCode, await answer.body.text(), answer.headers);
      if (failure.status === 401 && !wasRefused) {
        wasRefused = true;
        continue;
      }
      const waitMs = this.comesAgain(failure, tries);
      if (waitMs === null) throw failure;
      if (method === "POST" && waitMs > QUIET_WAIT_MS) {
        throw throttled(failure, this.access.server, waitMs);
      }
    }
  }

  /**
   * The date is of whole seconds, and of some moment between question and answer: an answer that was
   * long on its way moves the clock no further than it proves.
   */
  #noteClock(date: string | string[] | undefined, askedAt: number): void {
    const said = Date.parse(String(date));
    if (Number.isNaN(said)) return;
    const [least, most] = [said - Date.now(), said + 1000 - askedAt];
    const offset = Math.min(Math.max(this.#clockOffsetMs, least), most);
    this.#clockOffsetMs = Math.abs(offset) < CLOCK_NOISE_MS ? 0 : offset;
  }

  #request(
    url: URL,
    method: Method,
    login: Login,
    options: CallOptions & { isStream: boolean },
  ): Promise<Dispatcher.ResponseData> {
    const dispatchers = this.#dispatcherFor(login.tls);
    const streams = options.isUnread ? dispatchers.unread : dispatchers.streams;
    const { signal, limitMs } = options;
    const hasBody = options.body !== undefined;
    return request(url, {
      method,
      dispatcher: options.isStream ? streams : dispatchers.calls,
      headers: {
        ...login.headers,
        accept: options.accept ?? "application/json, */*",
        "user-agent": "podflow",
        ...(hasBody && {
          "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
        }),
      },
      body: hasBody ? JSON.stringify(options.body) : null,
      signal:
        limitMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
      headersTimeout: options.isStream ? STREAM_HEAD_MS : HEAD_MS,
      bodyTimeout: options.isStream ? 0 : BODY_MS,
    });
  }

  /** Streams have connections of their own, so that they never keep a call waiting. */
  #dispatcherFor(tls: TlsOptions): Dispatchers {
    const key = JSON.stringify(tls);
    const known = this.#dispatchers.get(key);
    if (known) return known;
    const { proxyUrl } = this.access;
    // Else each connection makes one of its own, which costs 0.1 MB, and there is one for each pod.
    const secureContext = createSecureContext(tls);
    const open = (connections: number | null, allowH2 = false): Dispatcher => {
      // Over HTTP/2 undici 8 does not notice a connection that is reset, and queues calls behind it.
      const settings = { allowH2, keepAliveTimeout: 60_000, connections };
      const connect = { ...tls, secureContext, timeout: CONNECT_MS, keepAliveInitialDelay: 30_000 };
      return proxyUrl
        ? new ProxyAgent({ ...settings, uri: proxyUrl, requestTls: connect })
        : new Agent({ ...settings, connect });
    };
    // HTTP/1.1 leaves it to TCP how much is on the way, which takes 4 MiB; HTTP/2 has a window for each.
    const opened = { calls: open(16), streams: open(null), unread: open(null, proxyUrl === null) };
    this.#dispatchers.set(key, opened);
    return opened;
  }
}

/** `299 - "text"`, several of them in one header or in many (RFC 7234, 5.5). */
function warningsIn(header: string | string[] | undefined): string[] {
  const all = [header ?? []].flat().join(",");
  return [...all.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) =>
    text.replaceAll(/\\(.)/g, "$1"),
  );
}

/** 503 says so too when it names a time: an API server that stops, or whose storage is not there yet. */
function isThrottled({ status, retryAfterSeconds }: ApiFailure): boolean {
  return status === 429 || (status === 503 && retryAfterSeconds !== null);
}

function throttleMs(failure: ApiFailure, tries: number): number {
  return (failure.retryAfterSeconds ?? Math.min(2 ** (tries - 1), 8)) * 1000;
}

function throttled(failure: ApiFailure, server: string, waitMs: number): RunnerError {
  return new RunnerError(
    "unreachable",
    `The API server ${server} has too much to do and asks to wait ${Math.ceil(waitMs / 1000)} s.`,
    {
      remedy: "It goes on by itself then; when that stays, look at the API server's load.",
      evidence: `status ${failure.status}: ${failure.message}`,
      fault: "platform",
      isTransient: true,
      cause: failure,
    },
  );
}

export function urlOf(server: string, path: string, query: CallOptions["query"] = {}): URL {
  const url = new URL(`${server}${path}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.append(name, String(value));
  }
  return url;
}
