import { createHash } from "node:crypto";
import { parse, stringify } from "yaml";
import { sourceOfRevision } from "#lib/executions/flow-revision.ts";
import { parseFlow } from "#lib/flow/parse.ts";
import type { RunWaiting } from "#lib/runner/contract.ts";
import { orAbort } from "#lib/runner/or-abort.ts";
import { pool } from "#lib/store/database.ts";
import { catalogue } from "#lib/tasks/catalogue.ts";
import { taskFailure } from "#lib/tasks/task-failure.ts";
import { TaskFailure, type TaskRunnerChoice, type TokenProvider } from "#lib/tasks/task-type.ts";
import { persist } from "../persist.ts";
import { workspaceFor } from "./choose-place.ts";
import type { ConfigWithToken, Drive, Runners } from "./drive.ts";
import { taskContext } from "./render.ts";
import {
  providerDrive,
  PROVIDER_PLACE,
  type ProviderTask,
  runProvider,
  RUNS,
} from "./token-run.ts";
import { CachedToken } from "./token-source.ts";

const INNER_ID = "oauth_token_provider";

/** The tokens of a process, by what gives them. */
const sources = new WeakMap<Runners, Map<string, CachedToken>>();

/**
 * The choice of a place with a source of tokens instead of a provider, whose task has run by then
 * unless its token is still good. Nothing of it is logged, and the token is masked.
 * @param signal ends the wait for the token
 * @throws TaskFailure, RunnerError at `oauthTokenProvider`, and the signal's reason
 */
export async function withTokens(
  drive: Drive,
  choice: TaskRunnerChoice,
  signal: AbortSignal,
): Promise<TaskRunnerChoice> {
  const provider = choice.kind === "kubernetes" ? choice.config?.oauthTokenProvider : undefined;
  if (choice.kind !== "kubernetes" || provider === undefined || drive.pickedConnectionId !== null)
    return choice;
  const { oauthTokenProvider: _provider, ...config } = choice.config ?? {};
  const inner = await innerTask(drive, provider);
  const source = sourceOf(drive.runners, await idOf(drive, inner, provider), provider.cacheMs);
  let isAwaited = true;
  const tell = (waiting: RunWaiting): void => {
    // Later ones are for a run that goes on.
    if (isAwaited) drive.reporter.wait(waiting);
  };
  if (source.isToBeMade) tell(RUNS);
  const token = source.begin(() => runProvider(drive, inner, tell), drive.gone);
  drive.masks.add(await orAbort(token, signal).finally(() => (isAwaited = false)));
  const withSource: ConfigWithToken = { ...config, tokenSource: source };
  return { ...choice, config: withSource };
}

/** The one for all that would run the same. */
function sourceOf(runners: Runners, id: string, cacheMs: number): CachedToken {
  const known = sources.get(runners) ?? new Map<string, CachedToken>();
  sources.set(runners, known);
  const present = known.get(id);
  if (present) return present;
  for (const [other, source] of known) if (source.isForgotten) known.delete(other);
  const source = new CachedToken(id, cacheMs);
  known.set(id, source);
  return source;
}

/** The provider's task, read as if it stood in the flow instead of the one that wants the token. */
async function innerTask(drive: Drive, { task, output }: TokenProvider): Promise<ProviderTask> {
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
  if (found && type?.kind === "script" && read?.canRun) {
    // Its lines are those of the text above, which nobody sees.
    return { task: { ...found, range: drive.task.range }, type, output };
  }
  const why = problem?.message ?? "Only a script task can run there.";
  const { failure } = taskFailure(
    "config",
    `The task of \`oauthTokenProvider\` cannot run: ${why}`,
    "Correct it; a script task that prints its token as an output does.",
  );
  throw new TaskFailure(failure, [...PROVIDER_PLACE, "task"]);
}

/** The same for everybody who would run the same: all that is rendered is in it. */
async function idOf(
  drive: Drive,
  { task, type }: ProviderTask,
  provider: TokenProvider,
): Promise<string> {
  const inner = providerDrive(drive, task, drive.over);
  const plan = await type.plan(task, taskContext(inner, await workspaceFor(inner)));
  const { output, cacheMs } = provider;
  const text = JSON.stringify([plan, output, cacheMs]);
  const own = text.replaceAll(inner.attempt.lease.attemptId, "");
  return createHash("sha256").update(own).digest("hex");
}
