import type { Readable } from "node:stream";
import type { RunHandle } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { IDLE_MS, withIdleLimit } from "./idle-limit.ts";
import { LogLineParser, NotALogError, type StampedLine } from "./log-lines.ts";
import { MAIN } from "./pod.ts";
import { podPath } from "./read-pod.ts";

type Query = Record<string, string | number | boolean | undefined>;

/** Of a log's first two lines at least their stamps, mostly. */
const HEAD_BYTES = 16 * 1024;

/** An answer that waits to be read. */
export interface UnreadLog {
  read(): AsyncIterable<Buffer>;
  close(): void;
}

/** What is asked of the cluster about the log of one container. */
export class LogCalls {
  readonly #api: ClusterApi;
  readonly #handle: RunHandle;
  readonly #signal: AbortSignal;

  constructor(api: ClusterApi, handle: RunHandle, signal: AbortSignal) {
    this.#api = api;
    this.#handle = handle;
    this.#signal = signal;
  }

  /** From a second since 1970 on; null: from the beginning of the node's current file. */
  async open(second: number | null, follows: boolean): Promise<AsyncIterable<Buffer>> {
    const body = await this.#body({
      follow: follows || undefined,
      sinceTime:
        second === null ? undefined : new Date(second * 1000).toISOString().replace(".000", ""),
    });
    return withIdleLimit(body, IDLE_MS);
  }

  /** The node's current file from its beginning to its end, to be read later. */
  async openUnread(): Promise<UnreadLog> {
    const body = await this.#body({}, true);
    // It is thrown to who reads.
    body.on("error", () => undefined);
    return { read: () => withIdleLimit(body, IDLE_MS), close: () => void body.destroy() };
  }

  /** The last line of the node's current file, or the last piece of a long one; null without any. */
  async tail(): Promise<StampedLine | null> {
    const parser = new LogLineParser();
    let last: StampedLine | null = null;
    for await (const chunk of await this.#short({ tailLines: 1 }))
      last = parser.push(chunk).at(-1) ?? last;
    return parser.end() ?? last;
  }

  /** The first lines of the node's current file; the last of them may be cut off. */
  async head(): Promise<StampedLine[]> {
    const parser = new LogLineParser();
    const lines: StampedLine[] = [];
    let size = 0;
    for await (const chunk of await this.#short({ limitBytes: HEAD_BYTES })) {
      lines.push(...parser.push(chunk));
      size += chunk.length;
      // Not every server knows a limit.
      if (size >= HEAD_BYTES) break;
    }
    return [...lines, ...cutOff(parser)];
  }

  async #short(query: Query): Promise<AsyncIterable<Buffer>> {
    return withIdleLimit(await this.#body(query), IDLE_MS);
  }

  #body(query: Query, isUnread = false): Promise<Readable> {
    return this.#api.stream(`${podPath(this.#handle)}/log`, {
      query: { container: MAIN, timestamps: true, ...query },
      signal: this.#signal,
      isUnread,
    });
  }
}

function cutOff(parser: LogLineParser): StampedLine[] {
  try {
    return [parser.end()].filter((line) => line !== null);
  } catch (error) {
    // Cut off within its stamp.
    if (error instanceof NotALogError) return [];
    throw error;
  }
}
