import { expect, test } from "vitest";
import { ClusterApi } from "./api.ts";
import { ImagePulls, pullMs } from "./image-pulls.ts";
import { openTestServer } from "./test-server.ts";

const pulled = (uid: string, lastTimestamp: string) => ({
  metadata: {},
  involvedObject: { uid, fieldPath: "spec.containers{main}" },
  message: "already present on machine",
  lastTimestamp,
});

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
