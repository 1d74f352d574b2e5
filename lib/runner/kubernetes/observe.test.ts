import { expect, onTestFinished, test } from "vitest";
import { ClusterApi } from "./api.ts";
import { Deliveries } from "./deliveries.ts";
import { observePod } from "./observe.ts";
import type { Pod } from "./pod.ts";
import { PodWatch } from "./pod-watch.ts";
import { openTestServer } from "./test-server.ts";

const running: Pod = {
  metadata: { name: "p", namespace: "n", uid: "u", resourceVersion: "1" },
  status: { containerStatuses: [{ name: "main", state: { running: {} } }] },
};
const going: Pod = {
  ...running,
  metadata: {
    ...running.metadata,
    deletionTimestamp: new Date(Date.now() + 20_000).toISOString(),
    deletionGracePeriodSeconds: 30,
  },
};

const evicted: Pod = {
  ...going,
  status: {
    ...running.status,
    conditions: [{ type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" }],
  },
};

/** How the pod's end is told where a server shows it once, sends this event, and has it no more. */
async function endAfter(pod: Pod, event: object): Promise<unknown> {
  let lists = 0;
  const server = await openTestServer((call, answer) => {
    const url = new URL(call.url ?? "", "http://server");
    const isList = call.method === "GET" && url.pathname.endsWith("/pods");
    answer.writeHead(isList || call.method === "POST" ? 200 : 404, {
      "content-type": "application/json",
    });
    if (url.searchParams.has("watch")) return void answer.write(`${JSON.stringify(event)}\n`);
    if (!isList) return void answer.end("{}");
    lists += 1;
    const items = lists === 1 ? [pod] : [];
    answer.end(JSON.stringify({ metadata: { resourceVersion: "1" }, items }));
  });
  const api = new ClusterApi(server.access);
  const watch = new PodWatch(api, "n", "label");
  onTestFinished(async () => {
    watch.close();
    await api.close();
    server.close();
  });
  const handle = { attemptId: "a", namespace: "n", name: "p", uid: "u" };
  const tools = { api, watch, deliveries: new Deliveries() };
  let last: unknown = null;
  for await (const seen of observePod(tools, handle, AbortSignal.timeout(90_000))) last = seen;
  return last;
}

const TOO_OLD = { type: "ERROR", object: {} };

test.each([
  ["deleted where that was seen", running, { type: "DELETED", object: running }, "deleted"],
  ["deleted where it was asked to go, and went unseen", going, TOO_OLD, "deleted"],
  ["evicted where it was asked to go for that, and went unseen", evicted, TOO_OLD, "evicted"],
  // It may have been evicted, or anything else.
  ["lost where it went while nobody watched", running, TOO_OLD, "lost"],
])("a pod that ran and is gone is told as %s", async (_, pod, event, kind) => {
  const ending = expect.objectContaining({ kind, fault: "platform", mainStarted: true });
  expect(await endAfter(pod, event)).toMatchObject({ phase: "ended", ending });
});
