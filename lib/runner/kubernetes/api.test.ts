import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { afterEach, expect, test } from "vitest";
import { RunnerError } from "../contract.ts";
import { ClusterApi } from "./api.ts";
import { ApiFailure } from "./api-failure.ts";
import { openExec } from "./exec.ts";
import { RequestRate } from "./request-rate.ts";

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Reply {
  status: number;
  retryAfter?: string;
  body?: object;
  /** How long the answer is on its way. */
  lateMs?: number;
}

/** A client of a real server that gives these answers in turn, and the moments of the calls it got. */
async function apiOf(replies: Reply[], rate?: RequestRate) {
  const calls: number[] = [];
  const listener: RequestListener = (call, answer) => {
    const reply = replies[calls.length] ?? { status: 200 };
    calls.push(performance.now());
    call.resume();
    answer.writeHead(reply.status, {
      "content-type": "application/json",
      date: new Date().toUTCString(),
      ...(reply.retryAfter !== undefined && { "retry-after": reply.retryAfter }),
    });
    setTimeout(() => answer.end(JSON.stringify(reply.body ?? { ok: true })), reply.lateMs ?? 0);
  };
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("no port");
  const login = async () => ({ headers: {}, tls: {} });
  const access = { server: `http://127.0.0.1:${address.port}`, namespace: null, proxyUrl: null };
  const api = new ClusterApi({ ...access, login }, rate);
  closing.push(async () => {
    await api.close();
    server.close();
  });
  return { api, calls };
}

const signal = (): AbortSignal => AbortSignal.timeout(90_000);
const gap = (calls: number[], index: number): number =>
  (calls[index] ?? 0) - (calls[index - 1] ?? 0);

test.each([
  ["429 with the header", { status: 429, retryAfter: "1" }],
  ["503 with the header", { status: 503, retryAfter: "1" }],
  ["429 with the Status object", { status: 429, body: { details: { retryAfterSeconds: 1 } } }],
])("%s is waited out for as long as it says, and then the call succeeds", async (_, reply) => {
  const { api, calls } = await apiOf([reply]);
  await expect(api.call("GET", "/x", { signal: signal() })).resolves.toEqual({ ok: true });
  expect(calls).toHaveLength(2);
  expect(gap(calls, 1)).toBeGreaterThanOrEqual(990);
});

test("while the server asks to wait, other calls of the connection wait too", async () => {
  const { api, calls } = await apiOf([{ status: 429, retryAfter: "1" }]);
  const first = api.call("GET", "/x", { signal: signal() });
  while (calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 100));
  await Promise.all([first, api.call("GET", "/y", { signal: signal() })]);
  expect(calls).toHaveLength(3);
  expect(gap(calls, 1)).toBeGreaterThanOrEqual(990);
});

test("a long wait before something is made is told at once, and the next call waits", async () => {
  const { api, calls } = await apiOf([{ status: 429, retryAfter: "3", body: { message: "busy" } }]);
  const told = api.call("POST", "/x", { body: {}, signal: signal() });
  await expect(told).rejects.toBeInstanceOf(RunnerError);
  await expect(told).rejects.toMatchObject({
    kind: "unreachable",
    isTransient: true,
    message: expect.stringMatching(/asks to wait 3 s/),
    evidence: "status 429: busy",
  });
  expect(calls).toHaveLength(1);
  await api.call("POST", "/x", { body: {}, signal: signal() });
  expect(gap(calls, 1)).toBeGreaterThanOrEqual(2900);
});

test("a server that only ever throttles is told in the end", async () => {
  const reply = { status: 429, retryAfter: "0", body: { message: "never" } };
  const { api, calls } = await apiOf(Array.from({ length: 20 }, () => reply));
  const failing = api.call("GET", "/x", { signal: signal() });
  await expect(failing).rejects.toBeInstanceOf(ApiFailure);
  expect(calls).toHaveLength(8);
});

test("503 without a time is the caller's", async () => {
  const { api, calls } = await apiOf([{ status: 503, body: { message: "away" } }]);
  await expect(api.call("GET", "/x", { signal: signal() })).rejects.toMatchObject({ status: 503 });
  expect(calls).toHaveLength(1);
});

test("an answer that was long on its way does not move the cluster's clock", async () => {
  const { api } = await apiOf([{ status: 200, lateMs: 4200 }]);
  await api.call("GET", "/x", { signal: signal() });
  expect(Math.abs(api.now() - Date.now())).toBeLessThan(1000);
});

test("a caller that gives up while it waits rejects with its reason", async () => {
  const { api, calls } = await apiOf([{ status: 429, retryAfter: "20" }]);
  const stop = new AbortController();
  const waiting = api.call("GET", "/x", { signal: stop.signal });
  while (calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
});

test("more calls than the burst go no faster than the rate", async () => {
  const { api, calls } = await apiOf([], new RequestRate({ perSecond: 20, burst: 5 }));
  const began = performance.now();
  const all = Array.from({ length: 15 }, () => api.call("GET", "/x", { signal: signal() }));
  await Promise.all(all);
  expect(calls).toHaveLength(15);
  // Ten had to wait for a token each.
  expect((calls.at(-1) ?? 0) - began).toBeGreaterThanOrEqual(450);
});

test("a login that takes longer than the caller waits does not keep it waiting", async () => {
  const login = () => new Promise<never>(() => undefined);
  const access = { server: "http://127.0.0.1:1", namespace: null, proxyUrl: null, login };
  const api = new ClusterApi(access);
  const caller = new AbortController();
  const call = api.call("GET", "/x", { signal: caller.signal });
  const target = { namespace: "n", name: "p", container: "c", command: ["x"] };
  const session = openExec(api, target, caller.signal);
  const settled = Promise.allSettled([call, session]);
  setImmediate(() => caller.abort(new Error("The caller has gone.")));
  for (const each of await settled)
    expect(each).toMatchObject({ reason: { message: "The caller has gone." } });
  await api.close();
});
