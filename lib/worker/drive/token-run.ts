import { log } from "#lib/config/log.ts";
import { newId } from "#lib/core/id.ts";
import { renderTemplate } from "#lib/expression/render.ts";
import type { Task } from "#lib/flow/flow.ts";
import {
  type AttemptSpec,
  type Ending,
  type RunHandle,
  type Runner,
  RunnerError,
  type RunWaiting,
} from "#lib/runner/contract.ts";
import { runLimitMs } from "#lib/tasks/script/run-parts.ts";
import { readProtocolLine } from "#lib/tasks/stdout-protocol.ts";
import { type ScriptPlan, TaskFailure, type TaskType } from "#lib/tasks/task-type.ts";
import { attemptSpec } from "./attempt-spec.ts";
import { openPlace, workspaceFor } from "./choose-place.ts";
import type { Drive } from "./drive.ts";
import { destroyOnce } from "./end-run.ts";
import { failureFrom, mayRepeat } from "./ending.ts";
import { LONGEST_TIMER_MS } from "./longest-timer.ts";
import { taskContext, timeoutMs } from "./render.ts";
import { within } from "./within.ts";

/** Of the task's code, from its start, where it says no `timeout`. */
const LIMIT_MS = 10 * 60_000;
/** What the place may need, besides its limits, until it has told the end. */
const MARGIN_MS = 2 * 60_000;
/** A log that does not end by then does not bring the token. */
const LOG_MS = 30_000;

export const PROVIDER_PLACE = ["taskRunner", "config", "oauthTokenProvider"];

/** The task of a provider, as one of the flow. */
export interface ProviderTask {
  task: Task;
  type: Extract<TaskType, { kind: "script" }>;
  /** Expression of its outputs. */
  output: string;
}

/** The drive of the provider's task, as an attempt of its own that is over when this is aborted. */
export function providerDrive(drive: Drive, task: Task, over: AbortSignal): Drive {
  const lease = { ...drive.attempt.lease, attemptId: newId() };
  return { ...drive, task, over, attempt: { ...drive.attempt, lease, handle: null } };
}

/**
 * Runs the provider's task in the name of the attempt, and ends it when that is gone. Its log is kept
 * nowhere. @returns the token
 * @throws TaskFailure, RunnerError at `oauthTokenProvider`: a transient one where the platform failed
 */
export async function runProvider(
  drive: Drive,
  { task, type, output }: ProviderTask,
  tell: (waiting: RunWaiting) => void,
): Promise<string> {
  const done = new AbortController();
  try {
    const inner = providerDrive(drive, task, done.signal);
    const workspace = await workspaceFor(inner);
    const plan = await type.plan(task, taskContext(inner, workspace));
    const { runner } = await openPlace(inner, plan.runner);
    const limitMs = await limitOf(inner, plan);
    const spec = await attemptSpec(inner, plan, { workspace, timeoutMs: limitMs });
    const vars = await varsOf(runner, spec, { gone: drive.gone, tell });
    const variables = { ...drive.scope.variables, vars, exitCode: 0 };
    const token = (await renderTemplate(output, { ...drive.scope, variables })).trim();
    if (token === "") throw noToken("Its `output` is empty.");
    return token;
  } catch (error) {
    drive.gone.throwIfAborted();
    if (error instanceof TaskFailure) throw error;
    if (error instanceof RunnerError) throw atProvider(error);
    throw atProvider(noToken(error instanceof Error ? error.message : String(error)));
  } finally {
    done.abort(new Error("The provider's task is over."));
  }
}

async function limitOf(inner: Drive, plan: ScriptPlan): Promise<number> {
  const own = await timeoutMs(inner);
  return own ?? Math.min(runLimitMs(plan, null) ?? LIMIT_MS, LIMIT_MS);
}

/** What the task's run prints as outputs, once it has ended well. The run is gone then in any case. */
async function varsOf(
  runner: Runner,
  spec: AttemptSpec,
  { gone, tell }: { gone: AbortSignal; tell: (waiting: RunWaiting) => void },
): Promise<Record<string, unknown>> {
  const stop = new AbortController();
  const net = AbortSignal.timeout(netMs(spec));
  const signal = AbortSignal.any([gone, net, stop.signal]);
  let handle: RunHandle | null = null;
  try {
    handle = await runner.start(spec, signal);
    const printed = outputsOf(runner, handle, signal);
    const delivered = runner.deliver(handle, spec, signal);
    // Files that cannot be brought end it; those that are there say nothing yet.
    const undelivered = delivered.then(() => new Promise<never>(() => undefined));
    for (const each of [printed, undelivered]) each.catch(() => undefined);
    const ending = await Promise.race([endOf({ runner, handle, signal, tell }), undelivered]);
    if (ending.kind !== "exit" || ending.exitCode !== 0) throw endedBadly(ending);
    if (!(await within(printed, LOG_MS))) throw unseen("The end of its log did not come.");
    return await printed;
  } catch (error) {
    if (net.aborted) throw unseen("Its end was not seen, although its limits are over.");
    throw error;
  } finally {
    stop.abort(new Error("The provider's task is over."));
    // The sweep removes what cannot be removed now.
    await destroyOnce(runner, handle ?? spec, 0).catch((error: unknown) =>
      log().info({ error: String(error) }, "the run of a token provider is not removed yet"),
    );
  }
}

/** The place keeps the limits; this is for one that does not, or cannot be asked any more. */
function netMs({ timeoutSeconds, kubernetes }: AttemptSpec): number {
  const seconds = (timeoutSeconds ?? 0) + kubernetes.waitUntilRunningSeconds;
  return Math.min(seconds * 1000 + MARGIN_MS, LONGEST_TIMER_MS);
}

async function endOf(run: {
  runner: Runner;
  handle: RunHandle;
  signal: AbortSignal;
  tell: (waiting: RunWaiting) => void;
}): Promise<Ending> {
  for await (const seen of run.runner.observe(run.handle, run.signal)) {
    if (seen.phase === "ended" || seen.phase === "given-up") return seen.ending;
    if (seen.phase === "running") run.tell(RUNS);
    else if (seen.waiting) run.tell(ofProvider(seen.waiting));
  }
  throw new Error("The runner stopped observing without an end.");
}

/** What it prints as outputs; its other lines are read by nobody. */
async function outputsOf(
  runner: Runner,
  handle: RunHandle,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const vars: Record<string, unknown> = {};
  for await (const { lines } of runner.followLog(handle, null, signal)) {
    for (const { bytes } of lines) {
      const message = readProtocolLine(Buffer.from(bytes).toString("utf8"));
      if (message && "outputs" in message) Object.assign(vars, message.outputs);
    }
  }
  return vars;
}

export const RUNS: RunWaiting = {
  kind: "starting",
  message: "The task of `oauthTokenProvider` runs, to give the token for the cluster.",
  remedy: "",
  evidence: "",
};

function ofProvider(waiting: RunWaiting): RunWaiting {
  return { ...waiting, message: `The task of \`oauthTokenProvider\`: ${waiting.message}` };
}

/** What its own code did is told by its log alone; the rest is the platform's or the flow's word. */
function endedBadly(ending: Ending): RunnerError {
  if (ending.kind === "exit" || ending.kind === "signal") return noToken(ending.message);
  const { kind, message, remedy, evidence, fault, mainStarted } = ending;
  // It gives a token, so that it may run more than once.
  const run = { mainStarted, isOver: true, hasRetry: true };
  const isTransient = mayRepeat(failureFrom(ending, null), run);
  return new RunnerError(kind, message, { remedy, evidence, fault, isTransient });
}

function atProvider(error: RunnerError): RunnerError {
  const { kind, remedy, evidence, fault, isTransient } = error;
  const message = `The task of \`oauthTokenProvider\` gave no token. ${error.message}`;
  const options = { remedy, evidence, fault, isTransient, place: PROVIDER_PLACE, cause: error };
  return new RunnerError(kind, message, options);
}

function unseen(message: string): RunnerError {
  return new RunnerError("unreachable", message, {
    remedy: "It is run again. Look whether the place where it runs can be reached.",
    fault: "platform",
    isTransient: true,
  });
}

function noToken(why: string): RunnerError {
  return new RunnerError("unauthorized", why, {
    remedy: "Run it as a task of a flow by itself to see its log, which is not kept here.",
    fault: "user",
    isTransient: false,
  });
}
