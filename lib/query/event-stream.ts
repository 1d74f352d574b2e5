import type { LiveEvent } from "#lib/core/live-event.ts";

export type StreamStatus = "live" | "reconnecting" | "ended";

/** What is used of the browser's EventSource. */
export interface EventSourceLike {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent<string>) => void) | null;
  onerror: ((event: Event) => void) | null;
  close(): void;
}

interface StreamOptions {
  /** Opens the stream that goes on after this cursor. */
  open: (after: string) => EventSourceLike;
  /** The cursor of what is known already, as `cursorText` writes it. */
  after: string;
  onEvent: (event: LiveEvent) => void;
  onStatus: (status: StreamStatus) => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 4_000;
/** A stream that says nothing for this long may be dead without a sign: it is opened anew, which costs one request. */
const SILENCE_MS = 60_000;

/**
 * Follows an execution's events until the last one, over as many connections as it takes: the
 * browser's own EventSource gives up on an HTTP error, for example while the server restarts, and
 * does not see that a laptop slept. Every connection goes on after the last event that arrived.
 */
export function followEventStream(options: StreamOptions): {
  retryNow: () => void;
  stop: () => void;
} {
  let after = options.after;
  let source: EventSourceLike | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pauseMs = FIRST_PAUSE_MS;

  const disconnect = (): void => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const watchSilence = (): void => {
    clearTimeout(timer);
    timer = setTimeout(connect, SILENCE_MS);
  };
  const retryLater = (): void => {
    disconnect();
    options.onStatus("reconnecting");
    timer = setTimeout(connect, pauseMs);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  };
  const receive = (message: MessageEvent<string>): void => {
    watchSilence();
    // The server writes nothing else into this stream.
    const event = JSON.parse(message.data) as LiveEvent;
    if (message.lastEventId !== "") after = message.lastEventId;
    options.onEvent(event);
    if (event.type !== "end") return;
    disconnect();
    options.onStatus("ended");
  };
  function connect(): void {
    disconnect();
    source = options.open(after);
    source.onopen = () => {
      pauseMs = FIRST_PAUSE_MS;
      options.onStatus("live");
      watchSilence();
    };
    source.onmessage = receive;
    source.onerror = retryLater;
    watchSilence();
  }

  connect();
  return { retryNow: connect, stop: disconnect };
}
