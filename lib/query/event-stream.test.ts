import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LiveEvent } from "#lib/core/live-event.ts";
import { followEventStream, type EventSourceLike, type StreamStatus } from "./event-stream.ts";

class Connection implements EventSourceLike {
  onopen: EventSourceLike["onopen"] = null;
  onmessage: EventSourceLike["onmessage"] = null;
  onerror: EventSourceLike["onerror"] = null;
  isClosed = false;
  readonly after: string;

  constructor(after: string) {
    this.after = after;
  }
  close(): void {
    this.isClosed = true;
  }
  accept(): void {
    this.onopen?.(new Event("open"));
  }
  send(lastEventId: string, event: LiveEvent): void {
    this.onmessage?.(new MessageEvent("message", { data: JSON.stringify(event), lastEventId }));
  }
  fail(): void {
    this.onerror?.(new Event("error"));
  }
}

function follow() {
  const connections: Connection[] = [];
  const statuses: StreamStatus[] = [];
  const events: string[] = [];
  const stream = followEventStream({
    after: "3:10",
    open: (after) => {
      const connection = new Connection(after);
      connections.push(connection);
      return connection;
    },
    onEvent: (event) => events.push(event.type),
    onStatus: (status) => statuses.push(status),
  });
  const latest = (): Connection => connections.at(-1) as Connection;
  return { stream, connections, statuses, events, latest };
}

const lines: LiveEvent = { type: "log", lines: [] };

describe("the event stream", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test("goes on after the last event that arrived when the connection drops", () => {
    const { latest, connections, statuses } = follow();
    expect(latest().after).toBe("3:10");
    latest().accept();
    latest().send("4:12", lines);
    latest().fail();
    vi.advanceTimersByTime(500);
    expect(connections.map((one) => one.after)).toEqual(["3:10", "4:12"]);
    expect(connections[0]?.isClosed).toBe(true);
    latest().accept();
    expect(statuses).toEqual(["live", "reconnecting", "live"]);
  });

  test("waits longer each time the server does not answer, and at most 4 s", () => {
    const { latest, connections } = follow();
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const before = connections.length;
      latest().fail();
      let waited = 0;
      while (connections.length === before) {
        vi.advanceTimersByTime(500);
        waited += 500;
      }
      pauses.push(waited);
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000, 4000, 4000, 4000, 4000]);
  });

  test("tries at once when asked to, for example when the network is back", () => {
    const { latest, connections, stream } = follow();
    latest().fail();
    stream.retryNow();
    expect(connections).toHaveLength(2);
    vi.advanceTimersByTime(20_000);
    expect(connections).toHaveLength(2);
  });

  test("opens anew after a minute without a word, quietly", () => {
    const { latest, connections, statuses } = follow();
    latest().accept();
    vi.advanceTimersByTime(59_000);
    latest().send("5:12", lines);
    vi.advanceTimersByTime(59_000);
    expect(connections).toHaveLength(1);
    vi.advanceTimersByTime(1000);
    expect(latest().after).toBe("5:12");
    expect(statuses).toEqual(["live"]);
  });

  test("ends with the last event and never opens again", () => {
    const { latest, connections, statuses, events } = follow();
    latest().accept();
    latest().send("9:20", { type: "end" });
    expect(latest().isClosed).toBe(true);
    vi.advanceTimersByTime(600_000);
    expect(connections).toHaveLength(1);
    expect(statuses).toEqual(["live", "ended"]);
    expect(events).toEqual(["end"]);
  });

  test("is silent once it is stopped", () => {
    const { latest, connections, stream } = follow();
    latest().fail();
    stream.stop();
    vi.advanceTimersByTime(600_000);
    expect(connections).toHaveLength(1);
  });
});
