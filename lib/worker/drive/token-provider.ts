import { createHash } from "node:crypto";
import { parse, stringify } from "yaml";
import { log } from "#lib/config/log.ts";
import { newId } from "#lib/core/id.ts";
import { sourceOfRevision } from "#lib/executions/flow-revision.ts";
import { renderTemplate } from "#lib/expression/render.ts";
import type { Task } from "#lib/flow/flow.ts";
import { parseFlow } from "#lib/flow/parse.ts";
import { type Ending, type RunHandle, type Runner, RunnerError } from "#lib/runner/contract.ts";
import { pool } from "#lib/store/database.ts";
import { catalogue } from "#lib/tasks/catalogue.ts";
import { readProtocolLine } from "#lib/tasks/stdout-protocol.ts";
import { taskFailure } from "#lib/tasks/task-failure.ts";
import {
  TaskFailure,
  type TaskRunnerChoice,
  type TaskType,
  type TokenProvider,
} from "#lib/tasks/task-type.ts";
import { persist } from "../persist.ts";
import { attemptSpec } from "./attempt-spec.ts";
import { openPlace, workspaceFor } from "./choose-place.ts";
import type { ConfigWithToken, Drive, Runners } from "./drive.ts";
import { destroyOnce } from "./end-run.ts";
import { taskContext } from "./render.ts";
import { CachedToken } from "./token-source.ts";

/** Below the sweep's patience with runs that belong to no attempt. */
const LIMIT_MS = 50_000;
const PLACE = ["taskRunner", "config", "oauthTokenProvider"];
const INNER_ID = "oauth_token_provider";

/** The tokens of a process, by what gives them. */
const sources = new WeakMap<Runners, Map<string, CachedToken>>();

/**
 * The choice of a place with a source of tokens instead of a provider, whose task has run by then
 * unless its token is still good. Nothing of it is logged, and the token is masked.
 * @throws TaskFailure, RunnerError at `oauthTokenProvider`
 */
export async function withTokens(
  drive: Drive,
  choice: TaskRunnerChoice,
): Promise<TaskRunnerChoice> {
  const provider = choice.kind === "kubernetes" ? choice.config?.oauthTokenProvider : undefined;
  if (choice.kind !== "kubernetes" || provider === undefined || drive.pickedConnectionId !== null)
    return choice;
  const { oauthTokenProvider: _provider, ...config } = choice.config ?? {};
  const inner = await innerTask(drive, provider);
  const run = (): Promise<string> => tokenOf(drive, inner, provider);
  const id = await idOf(drive, inner, provider);
  const known = sources.get(drive.runners) ?? new Map<string, CachedToken>();
  sources.set(drive.runners, known);
  const source = known.get(id) ?? new CachedToken(id, provider.cacheMs, run);
  known.set(id, source);
  drive.masks.add(await source.begin(run));
  const withSource: ConfigWithToken = { ...config, tokenSource: source };
  return { ...choice, config: withSource };
}

interface Inner {
  task: Task;
  type: Extract<TaskType, { kind: "script" }>;
}

/** The provider's task, read as if it stood in the flow instead of the one that wants the token. */
async function innerTask(drive: Drive, { task }: TokenProvider): Promise<Inner> {
  const { flow, revision, attempt, held } = drive;
  const key = { namespace: flow.namespace, flowId: flow.id, revision };
  const text = await persist(held.signal, () => sourceOfRevision(pool(), key));
  // A flow that was read once is a map; what is in it is looked at by `parseFlow` below.
  const { id, namespace, inputs, variables, tasks } = parse(text ?? "") as Record<string, unknown>;
  const before = Array.isArray(tasks) ? tasks.slice(0, attempt.position) : [];
  const own = { ...task, id: INNER_ID };
  const source = stringify({ id, namespace, inputs, variables, tasks: [...before, own] });
  const { flow: read, problems } = parseFlow(source, catalogue);
  const found = read?.tasks.at(-1);
  const type = catalogue.find(found?.type ?? "");
  const problem = problems.find(({ severity }) => severity === "error");
  if (found && type?.kind === "script" && read?.canRun) return { task: found, type };
  const why = problem?.message ?? "Only a script task can run there.";
  const { failure } = taskFailure(
    "config",
    `The task of \`oauthTokenProvider\` cannot run: ${why}`,
    "Correct it; a script task that prints its token as an output does.",
  );
  throw new TaskFailure(failure, [...PLACE, "task"]);
}

/** The drive of the inner task, as an attempt of its own. */
function innerDrive(drive: Drive, task: Task): Drive {
  const lease = { ...drive.attempt.lease, attemptId: newId() };
  return { ...drive, task, attempt: { ...drive.attempt, lease } };
}

/** The same for everybody who would run the same: all that is rendered is in it. */
async function idOf(drive: Drive, { task, type }: Inner, provider: TokenProvider): Promise<string> {
  const inner = innerDrive(drive, task);
  const plan = await type.plan(task, taskContext(inner, await workspaceFor(inner)));
  const { output, cacheMs } = provider;
  const text = JSON.stringify([plan, output, cacheMs]);
  const own = text.replaceAll(inner.attempt.lease.attemptId, "");
  return createHash("sha256").update(own).digest("hex");
}

async function tokenOf(drive: Drive, { task, type }: Inner, { output }: TokenProvider) {
  const inner = innerDrive(drive, task);
  const workspace = await workspaceFor(inner);
  const plan = await type.plan(task, taskContext(inner, workspace));
  const { runner } = await openPlace(inner, plan.runner);
  const spec = await attemptSpec(inner, plan, { workspace, timeoutMs: LIMIT_MS });
  const signal = AbortSignal.timeout(LIMIT_MS);
  let handle: RunHandle | null = null;
  try {
    handle = await runner.start(spec, signal);
    const [ending, vars] = await Promise.all([
      endOf(runner, handle, signal),
      outputsOf(runner, handle, signal),
      runner.deliver(handle, spec, signal),
    ]);
    if (ending.kind !== "exit" || ending.exitCode !== 0) throw failed(ending.message);
    const variables = { ...drive.scope.variables, vars, exitCode: 0 };
    const token = (await renderTemplate(output, { ...drive.scope, variables })).trim();
    if (token === "") throw failed("Its `output` is empty.");
    return token;
  } catch (error) {
    if (error instanceof RunnerError) throw error;
    if (signal.aborted) throw failed(`It did not end within ${LIMIT_MS / 1000} s.`);
    throw failed(error instanceof Error ? error.message : String(error));
  } finally {
    // The sweep removes what cannot be removed now.
    await destroyOnce(runner, handle ?? spec, 0).catch((error: unknown) =>
      log().info({ error: String(error) }, "the run of a token provider is not removed yet"),
    );
  }
}

async function endOf(runner: Runner, handle: RunHandle, signal: AbortSignal): Promise<Ending> {
  for await (const seen of runner.observe(handle, signal))
    if (seen.phase === "ended") return seen.ending;
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

function failed(why: string): RunnerError {
  return new RunnerError(
    "unauthorized",
    `The task of \`oauthTokenProvider\` gave no token. ${why}`,
    {
      remedy: "Run it as a task of a flow by itself to see its log, which is not kept here.",
      fault: "user",
      isTransient: false,
      place: PLACE,
    },
  );
}
