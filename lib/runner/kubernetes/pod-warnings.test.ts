import { afterEach, expect, test } from "vitest";
import { ClusterApi } from "./api.ts";
import type { Pod } from "./pod.ts";
import { PodWarnings } from "./pod-warnings.ts";
import { openTestServer } from "./test-server.ts";
import { waitOnTheWay } from "./waiting-causes.ts";

const pod: Pod = { metadata: { name: "pod", namespace: "team", uid: "uid" } };
const warning = (uid: string, name: string) => ({
  metadata: { uid: `event of ${uid}` },
  involvedObject: { uid },
  reason: "FailedMount",
  message: `MountVolume.SetUp failed for volume "v" : secret "${name}" not found`,
  lastTimestamp: "2026-11-24T21:24:00Z",
});
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A client of a server with these warnings, which it lets read, and watch unless it is said. */
async function apiOf(warnings: object[], { mayWatch }: { mayWatch: boolean }) {
  let reads = 0;
  const server = await openTestServer((call, answer) => {
    const isWatch = new URL(call.url ?? "", "http://x").searchParams.get("watch") === "true";
    if (!isWatch) reads += 1;
    if (!isWatch) return answer.end(JSON.stringify({ items: warnings }));
    answer.writeHead(mayWatch ? 200 : 403);
    if (!mayWatch) return answer.end(JSON.stringify({ message: "may not watch" }));
    for (const object of warnings) answer.write(`${JSON.stringify({ type: "ADDED", object })}\n`);
    return undefined;
  });
  const api = new ClusterApi(server.access);
  closing.push(async () => {
    await api.close();
    server.close();
  });
  return { api, reads: () => reads };
}

test.each([
  ["are heard where events may be watched", true, 0],
  ["are read where events may not be watched", false, 1],
])("the warnings of a pod that starts slowly %s", async (_title, mayWatch, reads) => {
  const all = [warning("another", "other"), warning("uid", "login")];
  const place = await apiOf(mayWatch ? all : all.slice(1), { mayWatch });
  const warnings = new PodWarnings(place.api, () => undefined);
  const starting = waitOnTheWay("starting");
  const explained = async (): Promise<string> => {
    const { wait } = await warnings.explain(pod, starting, AbortSignal.timeout(90_000));
    return wait.waiting.message;
  };
  await expect
    .poll(explained, { timeout: 90_000 })
    .toBe('The Secret "login" of a volume does not exist.');
  expect(place.reads()).toBe(reads);
  warnings.close();
});

test("a pod that starts in time costs no request", async () => {
  const place = await apiOf([warning("uid", "login")], { mayWatch: true });
  const warnings = new PodWarnings(place.api, () => undefined);
  const starting = waitOnTheWay("starting");
  const { wait, againAt } = await warnings.explain(pod, starting, AbortSignal.timeout(90_000));
  expect(wait).toBe(starting);
  expect(againAt).toBeGreaterThan(Date.now() - 1000);
  expect(place.reads()).toBe(0);
});
