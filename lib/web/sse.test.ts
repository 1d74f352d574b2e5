import { expect, test } from "vitest";
import { endLiveStreams } from "./live-streams.ts";
import { eventStream } from "./sse.ts";

const request = (signal?: AbortSignal): Request => new Request("http://localhost/", { signal });

test("events arrive in order with their ids and the stream ends with its feed", async () => {
  const answer = eventStream(request(), async (send) => {
    await send({ id: "1:0", data: { text: "one\ntwo" } });
    await send({ id: "1:2", event: "progress", data: [2] });
  });
  expect(answer.headers.get("content-type")).toMatch("text/event-stream");
  expect(await answer.text()).toBe(
    ': podflow\n\nid: 1:0\ndata: {"text":"one\\ntwo"}\n\nid: 1:2\nevent: progress\ndata: [2]\n\n',
  );
});

test("a feed waits for a reader who is slow", async () => {
  let sent = 0;
  const answer = eventStream(request(), async (send) => {
    for (; sent < 100; sent += 1) await send({ data: "x".repeat(100_000) });
  });
  const reader = answer.body?.getReader();
  await reader?.read();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(sent).toBeLessThan(6);
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read());
  expect(sent).toBe(100);
});

test("a feed is told when its reader leaves", async () => {
  const gone = Promise.withResolvers<void>();
  const answer = eventStream(request(), async (_, signal) => {
    signal.addEventListener("abort", () => gone.resolve());
    await gone.promise;
  });
  await answer.body?.cancel();
  await gone.promise;
});

test("a server that ends ends its streams, also one that waits for its reader", async () => {
  const reason = Promise.withResolvers<unknown>();
  const answer = eventStream(request(), async (send) => {
    try {
      for (;;) await send({ data: "x".repeat(300_000) });
    } catch (error) {
      reason.resolve(error);
    }
  });
  endLiveStreams();
  expect(await reason.promise).toBeInstanceOf(Error);
  expect(await answer.text()).toMatch(/^: podflow/);
});

test("a stream whose feed fails ends, so that the browser comes back", async () => {
  const answer = eventStream(request(), async (send) => {
    await send({ id: "7:1", data: 1 });
    throw new Error("the database is away");
  });
  expect(await answer.text()).toMatch(/id: 7:1\ndata: 1\n\n$/);
});
