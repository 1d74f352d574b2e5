import { log } from "#lib/config/log.ts";
import { rememberStream } from "./live-streams.ts";

interface ServerSentEvent {
  /** What a browser that reconnects names as `Last-Event-ID`. */
  id?: string;
  event?: string;
  /** Sent as JSON. */
  data: unknown;
}

/** Sends one event; resolves when the reader has room for the next one. */
export type SendEvent = (event: ServerSentEvent) => Promise<void>;

const HEARTBEAT_MS = 15_000;
/** Bytes that may wait for a slow reader before the feed has to. */
const BUFFER_BYTES = 256 * 1024;

/**
 * A stream of server-sent events. `feed` sends them, in order, until it returns; `signal` is aborted
 * when the reader has left or the server ends. A feed that fails ends the stream, and the browser
 * comes back with the last id it has seen.
 */
export function eventStream(
  request: Request,
  feed: (send: SendEvent, signal: AbortSignal) => Promise<void>,
): Response {
  const ending = new AbortController();
  const end = (): void => ending.abort(new Error("the stream has ended"));
  const body = new ReadableStream<Uint8Array>(streamSource(feed, ending.signal, end), {
    highWaterMark: BUFFER_BYTES,
    size: (chunk) => chunk?.byteLength ?? 0,
  });
  const forget = rememberStream(end);
  ending.signal.addEventListener("abort", forget, { once: true });
  if (request.signal.aborted) end();
  request.signal.addEventListener("abort", end, { once: true });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      // `no-transform` keeps the events from being held back to be compressed.
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    },
  });
}

function streamSource(
  feed: (send: SendEvent, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  end: () => void,
): UnderlyingDefaultSource<Uint8Array> {
  const encoder = new TextEncoder();
  let makeRoom = (): void => undefined;
  return {
    start(controller) {
      const write = (text: string): void => {
        if (!signal.aborted) controller.enqueue(encoder.encode(text));
      };
      const send: SendEvent = async (event) => {
        signal.throwIfAborted();
        write(eventText(event));
        if ((controller.desiredSize ?? 0) > 0) return;
        await new Promise<void>((resolve) => {
          makeRoom = resolve;
        });
        signal.throwIfAborted();
      };
      // The head of the answer leaves with the first bytes.
      write(": podflow\n\n");
      const beat = setInterval(() => write(": still here\n\n"), HEARTBEAT_MS);
      signal.addEventListener(
        "abort",
        () => {
          clearInterval(beat);
          makeRoom();
          closeQuietly(controller);
        },
        { once: true },
      );
      feed(send, signal)
        .catch((error: unknown) => {
          if (!signal.aborted) log().warn({ err: error }, "a stream of events broke");
        })
        .finally(end);
    },
    pull: () => makeRoom(),
    cancel: end,
  };
}

function closeQuietly(controller: ReadableStreamDefaultController): void {
  try {
    controller.close();
  } catch {
    // The reader has cancelled it already.
  }
}

/** JSON has no raw line ends, so the data is always one line. */
function eventText({ id, event, data }: ServerSentEvent): string {
  const head = `${id === undefined ? "" : `id: ${id}\n`}${event === undefined ? "" : `event: ${event}\n`}`;
  return `${head}data: ${JSON.stringify(data)}\n\n`;
}
