import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Failure } from "#lib/core/failure.ts";
import { canMove, isTerminal, type State } from "#lib/core/state.ts";
import type { Flow, Task } from "#lib/flow/flow.ts";
import { decide } from "./decide.ts";
import { PLATFORM_RETRIES } from "./retry.ts";
import type { AttemptSnapshot, Evaluated, Snapshot, TaskRunSnapshot, Verdict } from "./snapshot.ts";
import type { Step } from "./step.ts";

const broken = (fault: Failure["fault"]): Failure => ({
  kind: fault === "user" ? "exit" : "node-lost",
  message: "broken",
  remedy: "",
  evidence: "",
  fault,
  exitCode: null,
  line: null,
});

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`Must not be: ${what}.`);
}

/** An execution as a store would keep it: applies steps, refuses what must never be. */
class World {
  state: State = "CREATED";
  isKillRequested = false;
  runs: (TaskRunSnapshot & { tries: AttemptSnapshot[] })[] = [];
  conditions = new Map<string, Verdict>();
  outputs: Evaluated | null = null;
  readonly flow: Flow;
  readonly verdicts: Verdict[];

  constructor(flow: Flow, verdicts: Verdict[]) {
    this.flow = flow;
    this.verdicts = verdicts;
  }

  snapshot(): Snapshot {
    const last = this.runs.at(-1);
    const latest = last?.tries.at(-1);
    return {
      state: this.state,
      isKillRequested: this.isKillRequested,
      last: last
        ? {
            ...last,
            attempts: latest
              ? {
                  made: last.tries.length,
                  platformFailures: last.tries.filter((t) => t.failure?.fault === "platform")
                    .length,
                  firstStartedAt: new Date(0),
                  latest,
                }
              : null,
          }
        : null,
      hasWarnings: this.runs.slice(0, -1).some((run) => run.state === "WARNING"),
      conditions: this.conditions,
      outputs: this.outputs,
    };
  }

  /** Applies what the engine says until it says nothing. */
  settle(): void {
    for (let round = 0; round < 100; round += 1) {
      const steps = decide(this.flow, this.snapshot(), new Date(0));
      const again = decide(this.flow, this.snapshot(), new Date(0));
      must(isDeepStrictEqual(again, steps), "the same question has another answer");
      if (steps.length === 0) return;
      for (const step of steps) this.apply(step);
      must(this.liveAttempts().length <= 1, "two attempts live");
    }
    throw new Error("The engine never comes to rest.");
  }

  liveAttempts(): AttemptSnapshot[] {
    return this.runs.flatMap((run) => run.tries).filter((attempt) => !isTerminal(attempt.state));
  }

  private move(row: { state: State }, to: State): void {
    must(canMove(row.state, to), `${row.state} -> ${to}`);
    row.state = to;
  }

  private attempt(): AttemptSnapshot {
    const id = `attempt-${this.runs.flatMap((run) => run.tries).length}`;
    return { id, state: "CREATED", failure: null, isClaimed: false, mayRepeat: false };
  }

  private apply(step: Step): void {
    const last = this.runs.at(-1);
    switch (step.kind) {
      case "evaluate-condition":
        this.conditions.set(step.taskId, this.verdicts[step.position] ?? { runs: true });
        break;
      case "evaluate-outputs":
        this.outputs = { values: {} };
        break;
      case "move-execution":
        this.move(this, step.to);
        break;
      case "create-task-run":
        must(step.position === this.runs.length, "a task out of order");
        this.runs.push({
          id: `run-${step.position}`,
          taskId: step.taskId,
          position: step.position,
          state: step.state,
          failure: step.failure,
          attempts: null,
          tries: step.state === "CREATED" ? [this.attempt()] : [],
        });
        break;
      case "create-attempt":
        must(step.taskRunId === last?.id, "an attempt of an old task run");
        must(step.number === last?.tries.length, "an attempt's number");
        last?.tries.push(this.attempt());
        break;
      case "move-task-run":
        if (last) this.move(last, step.to);
        break;
      case "kill-attempt":
        for (const attempt of this.liveAttempts()) this.move(attempt, "KILLED");
        break;
      case "end-execution":
        this.move(this, step.state);
        break;
    }
  }

  happen(what: Happening): void {
    const [attempt] = this.liveAttempts();
    const run = this.runs.at(-1);
    if (what === "kill") this.isKillRequested = true;
    if (!attempt || !run) return;
    if (what === "claim" && !attempt.isClaimed) {
      attempt.isClaimed = true;
      this.move(attempt, "RUNNING");
      if (run.state !== "RUNNING") this.move(run, "RUNNING");
    }
    if (what === "claim" || what === "kill" || !attempt.isClaimed) return;
    const isKilled = this.state === "KILLING";
    this.move(attempt, isKilled ? "KILLED" : ENDS[what].state);
    if (!isKilled) Object.assign(attempt, ENDS[what]);
  }
}

const ENDS = {
  success: { state: "SUCCESS" },
  warning: { state: "WARNING" },
  failure: { state: "FAILED", failure: broken("user") },
  eviction: { state: "FAILED", failure: broken("platform"), mayRepeat: true },
  lost: { state: "FAILED", failure: broken("platform"), mayRepeat: false },
} as const satisfies Record<string, Partial<AttemptSnapshot>>;
type Happening = keyof typeof ENDS | "claim" | "kill";

const task = fc
  .record({
    disabled: fc.boolean(),
    allowFailure: fc.boolean(),
    allowWarning: fc.boolean(),
    runIf: fc.constantFrom("true", "{{ x }}"),
    retries: fc.option(fc.integer({ min: 1, max: 3 }), { nil: null }),
    warningOnRetry: fc.boolean(),
  })
  .map(({ retries, warningOnRetry, ...rest }): Omit<Task, "id"> => ({
    ...rest,
    type: "t",
    description: null,
    timeout: null,
    logLevel: "INFO",
    properties: {},
    range: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
    retry:
      retries === null
        ? null
        : {
            type: "constant",
            intervalMs: 0,
            maxAttempts: retries,
            maxDurationMs: null,
            warningOnRetry,
          },
  }));
const verdict: fc.Arbitrary<Verdict> = fc.constantFrom<Verdict[]>(
  { runs: true },
  { runs: false },
  { failure: broken("user") },
);
const happening = fc.constantFrom<Happening[]>(
  "claim",
  "claim",
  "claim",
  "success",
  "warning",
  "failure",
  "eviction",
  "lost",
  "kill",
);
const world = fc
  .record({
    tasks: fc.array(task, { minLength: 1, maxLength: 4 }),
    verdicts: fc.array(verdict, { minLength: 4, maxLength: 4 }),
  })
  .map(({ tasks, verdicts }) => {
    const flow: Flow = {
      id: "f",
      namespace: "n",
      description: "",
      labels: {},
      inputs: [],
      variables: {},
      tasks: tasks.map((its, index) => ({ ...its, id: `t${index}` })),
      outputs: [],
      disabled: false,
      canRun: true,
    };
    return new World(flow, verdicts);
  });

describe("whatever happens", () => {
  it("an execution ends in a state that is true of its tasks", () => {
    fc.assert(
      fc.property(world, fc.array(happening, { maxLength: 40 }), (its, happenings) => {
        its.settle();
        for (const what of happenings) {
          its.happen(what);
          its.settle();
        }
        for (let rest = 0; rest < 60 && !isTerminal(its.state); rest += 1) {
          its.happen(rest % 2 === 0 ? "claim" : "success");
          its.settle();
        }
        expect(isTerminal(its.state)).toBe(true);
        expect(its.liveAttempts()).toEqual([]);
        expect(its.runs.every((run) => isTerminal(run.state))).toBe(true);
        expect(lies(its)).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  });
});

/** What the end says that is not so; empty when all is true. */
function lies(its: World): string[] {
  const states = its.runs.map((run) => run.state);
  const isGood = its.state === "SUCCESS" || its.state === "WARNING";
  const claims: [string, boolean][] = [
    ["killed without a request", its.state !== "KILLED" || its.isKillRequested],
    ["failed without a failed task", its.state !== "FAILED" || states.at(-1) === "FAILED"],
    ["good before the last task", !isGood || states.length === its.flow.tasks.length],
    ["good with a failed task", !isGood || !states.includes("FAILED")],
    [
      "a warning that is not shown",
      !isGood || states.includes("WARNING") === (its.state === "WARNING"),
    ],
  ];
  for (const [index, run] of its.runs.entries()) {
    const task = its.flow.tasks[index];
    const users = run.tries.filter((attempt) => attempt.failure?.fault !== "platform").length;
    const isSoft = task?.allowWarning === true;
    claims.push(
      ["more tries than the retry allows", users <= Math.max(1, task?.retry?.maxAttempts ?? 1)],
      ["more than the platform's budget", run.tries.length - users <= PLATFORM_RETRIES + 1],
      [
        "a success without one",
        run.state !== "SUCCESS" || isSoft || run.tries.at(-1)?.state === "SUCCESS",
      ],
    );
  }
  return claims.filter(([, holds]) => !holds).map(([lie]) => lie);
}
