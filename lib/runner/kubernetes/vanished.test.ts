import { expect, onTestFinished, test } from "vitest";
import type { Ending } from "../contract.ts";
import { ClusterApi } from "./api.ts";
import { suffixOf } from "./pod-name.ts";
import { openTestServer } from "./test-server.ts";
import { toldOfRemoval } from "./vanished.ts";

const JOB = `nightly-${suffixOf("a")}`;
const ENDING: Ending = {
  kind: "deleted",
  exitCode: null,
  message: "It was deleted.",
  remedy: "",
  evidence: "container main Error (exit code 143)",
  fault: "platform",
  mainStarted: true,
};

/** How the end of this pod is told where its Job says so; null: there is no Job. */
async function told(
  name: string,
  job: object | null,
): Promise<{ ending: Ending; asked: string[] }> {
  const asked: string[] = [];
  const server = await openTestServer((call, answer) => {
    const isJob = call.url?.includes(`/jobs/${JOB}`) ?? false;
    if (isJob) asked.push(call.method ?? "");
    answer.writeHead(isJob && !job ? 404 : 200, { "content-type": "application/json" });
    answer.end(JSON.stringify(isJob ? job : {}));
  });
  const api = new ClusterApi(server.access);
  onTestFinished(async () => {
    await api.close();
    server.close();
  });
  const handle = { attemptId: "a", namespace: "team", name, uid: "u" };
  const signal = AbortSignal.timeout(90_000);
  return { ending: await toldOfRemoval(api, handle, { ending: ENDING, signal }), asked };
}

const suspended = { spec: { suspend: true } };
const finished = { status: { conditions: [{ type: "Complete", status: "True" }] } };

test("the pod of a Job that was suspended made room, whatever it ran", async () => {
  const { ending } = await told(`${JOB}-x1y2z`, suspended);
  expect(ending).toMatchObject({ kind: "preempted", fault: "platform", mainStarted: true });
  expect(ending.message).toBe(`The Job ${JOB} was suspended, and its pod removed with that.`);
  expect(ending.evidence).toContain(ENDING.evidence);
});

test.each([
  ["goes on", { spec: {} }],
  ["had finished before it was suspended", { ...suspended, ...finished }],
  ["is gone", null],
])("the pod of a Job that %s was deleted", async (_, job) => {
  expect((await told(`${JOB}-x1y2z`, job)).ending).toEqual(ENDING);
});

test("a pod without a Job asks for none", async () => {
  const { ending, asked } = await told(JOB, suspended);
  expect(ending).toEqual(ENDING);
  expect(asked).toEqual([]);
});
