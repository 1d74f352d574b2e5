import { describe, expect, test } from "vitest";
import { choose } from "#e2e/cluster/choose.ts";
import type { AttemptView, ExecutionView, TaskRunView } from "#lib/core/execution-view.ts";
import { runChaos } from "./chaos.ts";
import { type Evidence, judge } from "./judge.ts";
import { planRuns } from "./plan.ts";
import type { WitnessedPod } from "./witness.ts";

const SEED = 2026;
const RUNS = 20;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

// Other ways to a cluster cannot kill its parts.
test.skipIf((await choose()) !== "own")(
  `${RUNS} runs, each with something broken, end in true states with one pod and every line once (npm run chaos -- --seed ${SEED} --runs ${RUNS})`,
  { timeout: 600_000 },
  async () => {
    const verdicts = await runChaos({ runs: RUNS, seed: SEED, atOnce: 6, say });
    expect(
      verdicts.flatMap(({ told, wrong }) => (wrong.length > 0 ? [[told, wrong]] : [])),
    ).toEqual([]);
    expect(verdicts).toHaveLength(RUNS);
  },
);

test("the same seed gives the same plans, and every fault has its share", () => {
  expect(planRuns(7, 40)).toEqual(planRuns(7, 40));
  expect(planRuns(7, 40)).not.toEqual(planRuns(8, 40));
  const counts = Map.groupBy(planRuns(7, 40), ({ fault }) => fault);
  expect([...counts.values()].map((plans) => plans.length)).toEqual(Array(8).fill(5));
});

const pod: WitnessedPod = {
  name: "pod",
  uid: "uid",
  executionId: "execution",
  hasStarted: true,
  mayHaveStarted: true,
  startedAt: 1,
  exitCode: 0,
  endedAt: 2,
  endedBeforeDeletion: true,
  goneAt: 3,
  wentUnseen: false,
  lostItsFiles: false,
  startWasCut: false,
  askedToGoAt: Number.POSITIVE_INFINITY,
  ends: [],
};
const failure = { kind: "deleted", message: "", evidence: "", fault: "platform" };
const lines = [1, 2, 3].map((number) => ({ attempt: 0, text: `line ${number}` }));

/** A good run, with these changes. */
function evidence(
  change: Partial<Omit<Evidence, "plan">> & {
    fault?: string;
    state?: string;
    exitCode?: number;
    failure?: object;
    seal?: object;
  } = {},
): Evidence {
  const { fault = "worker-killed", state = "SUCCESS", exitCode = 0, seal, ...rest } = change;
  const [plan] = planRuns(1, 1);
  // As much of them as the judge looks at.
  const attempt = {
    number: 0,
    state,
    seal: { state: "complete", lines: 3, ...seal },
  } as unknown as AttemptView;
  const run = {
    outputs: { exitCode },
    failure: change.failure ?? null,
    attempts: [attempt],
  } as unknown as TaskRunView;
  return {
    plan: { ...plan, fault, lines: 3 } as Evidence["plan"],
    execution: { state, taskRuns: [run] } as unknown as ExecutionView,
    lines,
    output: "file",
    expectedOutput: "file",
    pods: [pod],
    wasHit: true,
    containerdKills: 0,
    ...rest,
  };
}

describe("the judge", () => {
  test.each<[string, Evidence]>([
    ["a whole run", evidence()],
    [
      "a gap that is told",
      evidence({ lines: lines.slice(1), seal: { state: "incomplete", lines: 2 } }),
    ],
    ["a pod that was taken away", evidence({ fault: "pod-deleted", state: "FAILED", failure })],
    [
      "a hole in the log that a killed containerd left, with the rest of a line",
      evidence({
        containerdKills: 1,
        lines: [lines[0], { attempt: 0, text: "e 2" }, lines[2]].filter(
          (line) => line !== undefined,
        ),
      }),
    ],
    [
      "a container of files whose start was cut off",
      evidence({
        state: "FAILED",
        failure: { ...failure, kind: "config" },
        pods: [{ ...pod, lostItsFiles: true }],
      }),
    ],
    [
      "a second pod after an eviction",
      evidence({
        fault: "node-drained",
        pods: [
          { ...pod, exitCode: 137 },
          { ...pod, startedAt: 4 },
        ],
      }),
    ],
  ])("lets pass %s", (_, given) => {
    expect(judge(given)).toEqual([]);
  });

  test.each<[string, Evidence, RegExp]>([
    ["another exit code", evidence({ exitCode: 1 }), /success with exit code 1/],
    [
      "a pod that failed",
      evidence({ pods: [{ ...pod, exitCode: 137 }] }),
      /pod with exit code 137/,
    ],
    ["a file that is missing", evidence({ output: null }), /with the file null/],
    ["a failure without a reason", evidence({ state: "FAILED", failure }), /ended FAILED/],
    [
      "a failure before the code began",
      evidence({
        fault: "pod-deleted",
        state: "FAILED",
        failure,
        pods: [{ ...pod, mayHaveStarted: false }],
      }),
      /ended FAILED/,
    ],
    ["a second pod", evidence({ pods: [pod, { ...pod, startedAt: 4 }] }), /ran in 2 pods/],
    [
      "two pods at once",
      evidence({ fault: "node-drained", pods: [pod, { ...pod, startedAt: 2.5 }] }),
      /two pods at once/,
    ],
    [
      "a line that is missing",
      evidence({ lines: lines.slice(0, 2), seal: { lines: 2 } }),
      /2 of 3/,
    ],
    [
      "a hole that is larger than what containerd holds",
      evidence({
        containerdKills: 1,
        lines: [1, 9000].map((number) => ({ attempt: 0, text: `line ${number}` })),
        seal: { lines: 2 },
      }),
      /line 9000 follows line 1/,
    ],
    [
      "two holes of one death of containerd",
      evidence({
        containerdKills: 1,
        lines: [1, 3, 5].map((number) => ({ attempt: 0, text: `line ${number}` })),
      }),
      /line 5 follows line 3/,
    ],
    [
      "a container of files that is said to be wrong where it was not",
      evidence({ state: "FAILED", failure: { ...failure, kind: "config" } }),
      /ended FAILED/,
    ],
    ["a line twice", evidence({ lines: [...lines, ...lines.slice(2)] }), /line 3 after line 3/],
    ["lines out of order", evidence({ lines: lines.toReversed() }), /line 2 after line 3/],
    ["a seal that counts wrong", evidence({ seal: { lines: 4 } }), /seal of attempt 0 says 4/],
    ["no seal", evidence({ seal: { state: "live" } }), /has no seal/],
  ])("finds %s", (_, given, words) => {
    expect(judge(given).join("; ")).toMatch(words);
  });
});
