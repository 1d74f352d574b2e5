import type { RequestListener } from "node:http";
import { afterEach, expect, test } from "vitest";
import { ClusterApi } from "./api.ts";
import { inspectPod } from "./inspect.ts";
import { RequestRate } from "./request-rate.ts";
import { openTestServer } from "./test-server.ts";

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const pod = {
  metadata: { name: "p", namespace: "n", uid: "u" },
  spec: { nodeName: "node1", containers: [{ name: "main" }, { name: "files" }] },
};
const answers: Record<string, object> = {
  "/api/v1/namespaces/n/pods/p": pod,
  "/api/v1/namespaces/n/events": { items: [{ reason: "Killing", lastTimestamp: "2026-01-01" }] },
  "/api/v1/nodes/node1": { metadata: { name: "node1" }, spec: {}, status: { conditions: [] } },
};
const handle = { attemptId: "a", namespace: "n", name: "p", uid: "u" };
const { signal } = new AbortController();

/** A client of a server that knows one pod. @param logOf answers for the logs of its containers */
async function apiOf(logOf: RequestListener, rate?: RequestRate): Promise<ClusterApi> {
  const server = await openTestServer((call, answer) => {
    const { pathname } = new URL(call.url ?? "", "http://here");
    if (pathname.endsWith("/log")) return logOf(call, answer);
    answer.end(JSON.stringify(answers[pathname]));
  });
  const api = new ClusterApi(server.access, rate);
  closing.push(async () => {
    await api.close();
    server.close();
  });
  return api;
}

test("a part that nobody answers for is named, and all others are told", async () => {
  const api = await apiOf((call, answer) => {
    // As for a node that is silent: the API server waits for it.
    if (call.url?.includes("container=files")) answer.end("last words\n");
  });
  expect(await inspectPod(api, handle, { lastSeen: null, signal })).toMatchObject({
    pod: { metadata: { name: "p" } },
    events: [{ reason: "Killing" }],
    node: { name: "node1" },
    logs: { files: ["last words"], main: { notRead: "No answer came within 3 s." } },
  });
});

test("a part is read however long its question waits for its turn", async () => {
  const rate = new RequestRate({ perSecond: 1, burst: 1 });
  const api = await apiOf((_call, answer) => void answer.end("last words\n"), rate);
  expect(await inspectPod(api, handle, { lastSeen: null, signal })).toMatchObject({
    pod: { metadata: { name: "p" } },
    events: [{ reason: "Killing" }],
    node: { name: "node1" },
    logs: { files: ["last words"], main: ["last words"] },
  });
});

test("whoever asks may give up", async () => {
  const stop = new AbortController();
  const api = await apiOf(() => stop.abort(new Error("enough")));
  const asked = inspectPod(api, handle, { lastSeen: null, signal: stop.signal });
  await expect(asked).rejects.toThrow("enough");
});
