import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { isTerminal } from "#lib/core/state.ts";
import type { ExecutionView } from "#lib/core/execution-view.ts";
import { createExecution } from "#lib/executions/create.ts";
import { getExecution } from "#lib/executions/read.ts";
import { findFile } from "#lib/executions/read-files.ts";
import { readLog } from "#lib/executions/read-log.ts";
import { saveFlow } from "#lib/flows/save.ts";
import { inflict } from "./inflict.ts";
import { type Evidence, judge } from "./judge.ts";
import { paddingOf, type RunPlan } from "./plan.ts";
import type { ChaosStage } from "./stage.ts";

const NAMESPACE = "chaos";
const LIMIT_MS = 180_000;
const PHASE_LIMIT_MS = 60_000;
/** Together with their padding more than the 10 MiB after which the kubelet rotates a log. */
const ROTATING_LINES = 60_000;

export interface Verdict {
  plan: RunPlan;
  executionId: string;
  /** How it went, for a person. */
  told: string;
  /** What is wrong; empty when all is as promised. */
  wrong: string[];
}

/** Runs one flow, does its fault to it, and judges what became of it. */
export async function runOnce(stage: ChaosStage, asked: RunPlan): Promise<Verdict> {
  const isRotating = asked.fault === "log-rotated";
  const plan = isRotating ? { ...asked, lines: ROTATING_LINES } : asked;
  const flowId = `run-${plan.index}`;
  await patient(() => saveFlow(flowOf(flowId, plan, isRotating), "any"));
  const request = { namespace: NAMESPACE, flowId, inputs: {}, labels: {} };
  const { id } = await patient(() =>
    createExecution({ ...request, connectionId: "context:podflow-test" }),
  );
  const began = performance.now();
  const ending = until(id, ({ state }) => isTerminal(state), LIMIT_MS);
  ending.catch(() => undefined);
  const names = (): string[] =>
    stage.witness.of(id).flatMap(({ name, goneAt }) => (goneAt === null ? [name] : []));
  const reached = await phase(stage, id, plan);
  await pause(plan.delayMs);
  const wasHit = await inflict(stage, plan, names);
  let execution: ExecutionView;
  try {
    execution = await ending;
  } catch (error) {
    return { plan, executionId: id, told: "does not end", wrong: [String(error).slice(0, 3000)] };
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const lines = await logOf(id);
  const output = await fileOf(execution);
  const pods = stage.witness.of(id);
  const containerdKills = stage.containerdAway.filter(({ to }) => to > began).length;
  const expectedOutput = contentOf(plan);
  const seen = { plan, execution, lines, output, expectedOutput, pods, wasHit, containerdKills };
  const wrong = [...judge(seen), ...(await leftOver(stage, id))];
  if (wrong.length > 0)
    wrong.push(JSON.stringify({ ...attemptsOf(execution), pods, containerdKills }));
  const seal = execution.taskRuns[0]?.attempts.at(-1)?.seal;
  const gap = seal?.state === "incomplete" ? ", with a gap told" : "";
  const hit = wasHit && reached ? "" : " (too late)";
  const told = `${plan.fault}${hit}, ${plan.phase}: ${execution.state}, ${pods.length} pods, ${lines.length} lines${gap}, ${seconds} s`;
  return { plan, executionId: id, told, wrong };
}

/** A machine that is broken all the time may be slow to take a statement. */
async function patient<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries >= 5) throw error;
    }
    await pause(1000);
  }
}

/** What a person needs who looks into a wrong one. */
function attemptsOf({ taskRuns }: ExecutionView): object {
  const attempts = taskRuns[0]?.attempts ?? [];
  return {
    attempts: attempts.map(({ state, failure, marks, pod }) => ({ state, failure, marks, pod })),
  };
}

function contentOf(plan: RunPlan): string {
  return `content of ${plan.index}\n`;
}

function flowOf(id: string, plan: RunPlan, isRotating: boolean): string {
  const { lines } = plan;
  const padding = "x".repeat(paddingOf(plan));
  const talk = isRotating
    ? `awk 'BEGIN { for (i = 1; i <= ${lines}; i++) print "line " i " ${padding}" }'`
    : `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo line $i; sleep ${plan.lineMs / 1000}; done`;
  return `id: ${id}
namespace: ${NAMESPACE}
tasks:
  - id: work
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: busybox
    taskRunner:
      type: io.kestra.plugin.kubernetes.runner.KubernetesTaskRunner
      pullPolicy: IfNotPresent
    inputFiles:
      in.txt: ${JSON.stringify(contentOf(plan))}
    outputFiles: [out.txt]
    commands:
      - ${JSON.stringify(`cp in.txt out.txt; ${talk}`)}
`;
}

/** Waits for the moment; false when the run was over before. */
async function phase({ witness }: ChaosStage, id: string, plan: RunPlan): Promise<boolean> {
  const limit = AbortSignal.timeout(PHASE_LIMIT_MS);
  const lines = (count: number): Promise<ExecutionView> =>
    until(id, (one) => one.logLines >= count || isTerminal(one.state), PHASE_LIMIT_MS);
  try {
    switch (plan.phase) {
      case "at once":
        return true;
      case "pod is there":
        await witness.until(() => witness.of(id).length > 0, limit);
        return true;
      case "runs":
        return !isTerminal((await lines(1 + (plan.delayMs % 10))).state);
      case "prints its last line":
        return !isTerminal((await lines(plan.lines)).state);
      case "has ended":
        await witness.until(() => witness.of(id).some(({ exitCode }) => exitCode !== null), limit);
        return true;
    }
  } catch {
    // Another run's fault holds this one up: then its own comes late.
    return false;
  }
}

/** The execution once it is as wanted; a database that is slow to answer is asked again. */
async function until(
  id: string,
  isWanted: (execution: ExecutionView) => boolean,
  limitMs: number,
): Promise<ExecutionView> {
  let last = "";
  for (const deadline = performance.now() + limitMs; performance.now() < deadline;) {
    try {
      const execution = await getExecution(id);
      if (isWanted(execution)) return execution;
      last = JSON.stringify(execution);
    } catch (error) {
      last = String(error);
    }
    await pause(50);
  }
  throw new Error(`Not as wanted in ${limitMs / 1000} s: ${last}`);
}

async function logOf(id: string): Promise<Evidence["lines"]> {
  const found: Evidence["lines"] = [];
  for (let offset = 0; ;) {
    const { lines } = await readLog(id, {}, { offset, limit: 10_000 });
    if (lines.length === 0) return found;
    offset += lines.length;
    for (const { stream, text: said, attemptNumber } of lines) {
      if (stream === "podflow") continue;
      found.push({ attempt: attemptNumber, text: said.replace(/ x+$/, "") });
    }
  }
}

async function fileOf(execution: ExecutionView): Promise<string | null> {
  const file = execution.taskRuns[0]?.files.find(({ name }) => name === "out.txt");
  return file ? text((await findFile(execution.id, file.uri)).open()) : null;
}

/** Its pods go away. */
async function leftOver({ witness }: ChaosStage, id: string): Promise<string[]> {
  const areGone = (): boolean => witness.of(id).every(({ goneAt }) => goneAt !== null);
  const limit = AbortSignal.timeout(150_000);
  return witness.until(areGone, limit).then(
    () => [],
    () => ["a pod is left over"],
  );
}
