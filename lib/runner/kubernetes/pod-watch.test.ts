import { afterEach, expect, test } from "vitest";
import { ClusterApi } from "./api.ts";
import { deletionAskedAt } from "./end-facts.ts";
import type { Pod } from "./pod.ts";
import { PodWatch } from "./pod-watch.ts";
import { openTestServer } from "./test-server.ts";

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const state = (main: object | null): Pod => ({
  metadata: { name: "p", namespace: "n", uid: "u", resourceVersion: "1" },
  status: { containerStatuses: main ? [{ name: "main", state: main }] : [] },
});

interface Answers {
  /** The pods of each list, in turn. */
  lists: Pod[][];
  /** The one event of each watch, in turn; the server of a watch that is too old sends ERROR. */
  events: object[];
}

/** A watch of a server that answers so; the last answer of each kind is given again. */
async function openWatch({ lists, events }: Answers): Promise<PodWatch> {
  const next = <T>(all: T[]): T | undefined => (all.length > 1 ? all.shift() : all[0]);
  const server = await openTestServer((call, answer) => {
    answer.writeHead(200, { "content-type": "application/json" });
    if ((call.url ?? "").includes("watch=true")) {
      return void answer.write(`${JSON.stringify(next(events))}\n`);
    }
    const items = next(lists);
    answer.end(JSON.stringify({ metadata: { resourceVersion: "1" }, items }));
  });
  const api = new ClusterApi(server.access);
  const watch = new PodWatch(api, "n", "label");
  closing.push(async () => {
    watch.close();
    await api.close();
    server.close();
  });
  return watch;
}

/** A watch that was told of this pod and then, by an event or by another list, of none. */
async function watchOf(pod: Pod, goesBy: "event" | "list"): Promise<PodWatch> {
  const tooOld = { type: "ERROR", object: {} };
  const event = goesBy === "event" ? { type: "DELETED", object: pod } : tooOld;
  const watch = await openWatch({ lists: [[pod], []], events: [event] });
  let wasThere = false;
  await new Promise<void>((resolve) => {
    watch.listen("p", () => {
      if (watch.get("p")) wasThere = true;
      else if (wasThere) resolve();
    });
  });
  return watch;
}

test.each([
  ["that was waiting, by an event, is known not to have begun", state(null), "event", true],
  ["that was waiting, unseen, may have begun", state(null), "list", false],
  ["that ran, unseen, has begun", state({ running: {} }), "list", true],
] as const)("a pod that goes: one %s", async (_, pod, goesBy, isKnown) => {
  const watch = await watchOf(pod, goesBy);
  expect(watch.lastSight("p")?.metadata.uid).toBe(isKnown ? "u" : undefined);
});

test("a pod keeps the time when it was first asked to go: its node's last word sets a later one", async () => {
  const going = (resourceVersion: string, deletion: string, grace: number): Pod => ({
    ...state({ terminated: { exitCode: 0, finishedAt: "2026-11-25T05:26:55Z" } }),
    metadata: {
      name: "p",
      namespace: "n",
      uid: "u",
      resourceVersion,
      deletionTimestamp: deletion,
      deletionGracePeriodSeconds: grace,
    },
  });
  // As a real pod's events told it.
  const watch = await openWatch({
    lists: [[going("1", "2026-11-25T05:26:54Z", 1)]],
    events: [{ type: "MODIFIED", object: going("2", "2026-11-25T05:26:57Z", 0) }],
  });
  await new Promise<void>((resolve) => {
    watch.listen("p", () => {
      if (watch.get("p")?.metadata.resourceVersion === "2") resolve();
    });
  });
  const pod = watch.get("p");
  expect(pod && deletionAskedAt(pod)).toBe(Date.parse("2026-11-25T05:26:53Z"));
});

test("a second list rings for pods that changed meanwhile, and not for those that are as they were", async () => {
  const named = (name: string, resourceVersion: string): Pod => ({
    ...state({ running: {} }),
    metadata: { name, namespace: "n", uid: name, resourceVersion },
  });
  const watch = await openWatch({
    lists: [
      [named("still", "1"), named("busy", "1")],
      [named("still", "1"), named("busy", "2")],
    ],
    events: [
      { type: "ERROR", object: {} },
      { type: "MODIFIED", object: named("busy", "3") },
    ],
  });
  let rings = 0;
  watch.listen("still", () => (rings += 1));
  const seen = new Set<string | undefined>();
  await new Promise<void>((resolve) => {
    watch.listen("busy", () => {
      seen.add(watch.get("busy")?.metadata.resourceVersion);
      if (seen.has("3")) resolve();
    });
  });
  expect([...seen]).toEqual(["1", "2", "3"]);
  expect(rings).toBe(1);
});
