import { expect, onTestFinished, test } from "vitest";
import { ClusterApi } from "./api.ts";
import { ImagePulls, pullMs } from "./image-pulls.ts";
import type { Pod } from "./pod.ts";
import { PodWarnings } from "./pod-warnings.ts";
import { openTestServer } from "./test-server.ts";
import { waitOnTheWay } from "./waiting-causes.ts";

const event = (uid: string, lastTimestamp: string, reason: string, message: string) => ({
  metadata: {},
  involvedObject: { uid, fieldPath: "spec.containers{main}" },
  reason,
  message,
  lastTimestamp,
});
const pulled = (uid: string, lastTimestamp: string) =>
  event(uid, lastTimestamp, "Pulled", "already present on machine");
const pulling = (uid: string, lastTimestamp: string) =>
  event(uid, lastTimestamp, "Pulling", 'Pulling image "app:1"');

test("what was pulled before anybody listened is known, on whichever page of the answer", async () => {
  const pages = [
    {
      metadata: { resourceVersion: "7", continue: "more" },
      items: [pulled("other", "2026-11-29T22:00:00Z")],
    },
    { metadata: { resourceVersion: "7" }, items: [pulled("uid", "2026-11-29T22:00:01Z")] },
  ];
  const server = await openTestServer((call, answer) => {
    const query = new URL(call.url ?? "", "http://x").searchParams;
    if (query.get("watch") === "true") answer.writeHead(200).flushHeaders();
    else answer.end(JSON.stringify(pages[query.get("continue") === "more" ? 1 : 0]));
  });
  const api = new ClusterApi(server.access);
  const pulls = new ImagePulls(api, "team");
  const pod = { metadata: { name: "pod", namespace: "team", uid: "uid" } };
  const marked = () => pulls.mark({ phase: "running", marks: {} }, pod).marks.pulled?.getTime();
  await expect.poll(marked).toBeGreaterThanOrEqual(Date.parse("2026-11-29T22:00:01Z"));
  pulls.close();
  await api.close();
  server.close();
});

/** The pulls of a server that tells of these events, and of more as they come. */
async function pullsOf(known: object[], warnings: object[] = []) {
  const watches: ((object: object) => void)[] = [];
  const server = await openTestServer((call, answer) => {
    const query = new URL(call.url ?? "", "http://x").searchParams;
    const isOfWarnings = query.get("fieldSelector")?.includes("Warning");
    const items = isOfWarnings ? warnings : known;
    if (query.get("watch") !== "true")
      return answer.end(JSON.stringify({ metadata: { resourceVersion: "7" }, items }));
    const tell = (object: object): void => {
      answer.write(`${JSON.stringify({ type: "ADDED", object })}\n`);
    };
    answer.writeHead(200).flushHeaders();
    if (isOfWarnings) warnings.forEach(tell);
    else watches.push(tell);
    return undefined;
  });
  const api = new ClusterApi(server.access);
  const pulls = new ImagePulls(api, "team");
  onTestFinished(async () => {
    pulls.close();
    await api.close();
    server.close();
  });
  return { api, pulls, watches };
}

const POD: Pod = { metadata: { name: "pod", namespace: "team", uid: "uid" } };
const PULL = { container: "main", image: "app:1" };

test("an image is on its way from the moment at which its node says so until it is there", async () => {
  const { pulls, watches } = await pullsOf([]);
  await expect.poll(() => watches.length).toBe(1);
  let rings = 0;
  pulls.follow("uid", () => (rings += 1));
  watches[0]?.(pulling("uid", "2026-11-29T22:00:00Z"));
  await expect.poll(() => pulls.runningPull(POD)).toMatchObject(PULL);
  expect(pulls.mark({ phase: "running", marks: {} }, POD).marks).toEqual({});
  watches[0]?.(pulled("uid", "2026-11-29T22:01:00Z"));
  await expect.poll(() => pulls.runningPull(POD)).toBeNull();
  expect(rings).toBe(2);
});

test("an image whose container runs is not on its way, whatever was heard", async () => {
  const { pulls } = await pullsOf([pulling("uid", "2026-11-29T22:00:00Z")]);
  await expect.poll(() => pulls.runningPull(POD)).toMatchObject(PULL);
  const status = { containerStatuses: [{ name: "main", state: { running: {} } }] };
  expect(pulls.runningPull({ ...POD, status })).toBeNull();
});

const mountFailed = (lastTimestamp: string) => ({
  ...event("uid", lastTimestamp, "FailedMount", "it does not answer"),
  metadata: { uid: "event" },
});

test.each([
  ["that nothing is wrong with", [], 'The node pulls the image "app:1".'],
  ["whose volume was late", [mountFailed("2026-11-29T21:59:00Z")], "The node pulls the image"],
  ["that has a newer trouble", [mountFailed("2026-11-29T22:00:02Z")], "A volume of the pod"],
])("a pod %s waits for its image", async (_, warnings, says) => {
  const { api, pulls } = await pullsOf([pulling("uid", "2026-11-29T22:00:00Z")], warnings);
  const told = new PodWarnings(api, () => undefined, pulls);
  onTestFinished(() => told.close());
  const message = async (): Promise<string> => {
    const signal = AbortSignal.timeout(90_000);
    const { wait } = await told.explain(POD, waitOnTheWay("starting"), signal);
    return wait.waiting.message;
  };
  await expect.poll(message, { timeout: 90_000 }).toContain(says);
});

test.each([
  ['Successfully pulled image "x" in 3.2s (3.5s including waiting). Image size: 9 bytes.', 3500],
  ['Successfully pulled image "x" in 1m2.5s (1m4.25s including waiting).', 64_250],
  ['Successfully pulled image "x" in 1h0m1s (1h0m1s including waiting).', 3_601_000],
  ['Successfully pulled image "x" in 350ms (350.5ms including waiting).', 350.5],
  ['Container image "x" already present on machine and can be accessed by the pod', 0],
  ["", 0],
])("%j tells of a pull of %i ms", (message, ms) => {
  expect(pullMs(message)).toBe(ms);
});
