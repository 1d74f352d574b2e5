import type { z } from "zod";
import { durationMs } from "#lib/flow/duration.ts";
import { taskFailure } from "../task-failure.ts";
import { type ScriptPlan, type TaskContext, TaskFailure } from "../task-type.ts";
import { type kubernetesRunnerSchema, pullPolicyOf } from "./kubernetes-runner.ts";
import { contractBreaches, type PodParts } from "./pod-contract.ts";
import { registryCredentials } from "./registry-credentials.ts";
import { renderFlag, renderMap, renderOptional } from "./render.ts";
import { renderPart } from "./render-part.ts";

type Written = Partial<z.output<typeof kubernetesRunnerSchema>>;

const DEFAULT_HELPER_IMAGE = "busybox";

/** What else of the task the pod depends on. */
interface OfTask {
  legacyPullPolicy: string | undefined;
  /** Whether files are brought or kept. */
  movesFiles: boolean;
}

/**
 * The pod's settings of the runner, rendered, with the defaults of LANGUAGE.md 1.1.
 * @throws TaskFailure, also for parts that would break what the task rests on
 */
export async function kubernetesPlan(
  written: Written,
  { legacyPullPolicy, movesFiles }: OfTask,
  context: TaskContext,
): Promise<ScriptPlan["kubernetes"]> {
  const path = "taskRunner";
  const parts = await podParts(written, movesFiles, context);
  return {
    ...parts,
    namespace:
      (await renderOptional(written.namespace, `${path}.namespace`, context))?.trim() || null,
    pullPolicy: await policy(written.pullPolicy ?? legacyPullPolicy, context),
    labels: await renderMap(written.labels, `${path}.labels`, context),
    resources: await amounts(written.resources, `${path}.resources`, context),
    serviceAccountName:
      (await renderOptional(written.serviceAccountName, `${path}.serviceAccountName`, context)) ||
      null,
    nodeSelector: await renderMap(written.nodeSelector, `${path}.nodeSelector`, context),
    helperImage:
      (await renderOptional(written.fileSidecar?.image, `${path}.fileSidecar.image`, context)) ||
      DEFAULT_HELPER_IMAGE,
    annotations: await renderMap(written.annotations, `${path}.annotations`, context),
    helperResources: await amounts(
      written.fileSidecar?.resources,
      `${path}.fileSidecar.resources`,
      context,
    ),
    credentials: await registryCredentials(written.credentials, context),
    asJob: await renderFlag(written.job, false, `${path}.job`, context),
    waitUntilRunningSeconds: await seconds(
      written.waitUntilRunning,
      "waitUntilRunning",
      600,
      context,
    ),
    waitUntilCompletionSeconds: await seconds(
      written.waitUntilCompletion,
      "waitUntilCompletion",
      3600,
      context,
    ),
    deletesPod: await renderFlag(written.delete, true, `${path}.delete`, context),
  };
}

type Parts = Pick<
  ScriptPlan["kubernetes"],
  "helperSpec" | "containerDefaultSpec" | "podSpec" | "containerSpec"
>;

/** The parts of a manifest that the flow writes itself. */
async function podParts(
  written: Written,
  movesFiles: boolean,
  context: TaskContext,
): Promise<Parts> {
  const part = (value: string | Record<string, unknown> | undefined, name: string) =>
    renderPart(value, `taskRunner.${name}`, context);
  const { fileSidecar = {}, fileSideCarSpec } = written;
  const older = await part(fileSideCarSpec, "fileSideCarSpec");
  const newer = await part(fileSidecar.defaultSpec, "fileSidecar.defaultSpec");
  const parts = {
    containerDefaultSpec: await part(written.containerDefaultSpec, "containerDefaultSpec"),
    podSpec: await part(written.podSpec, "podSpec"),
    containerSpec: await part(written.containerSpec, "containerSpec"),
  };
  const helperSpecs: PodParts["helperSpecs"] = [
    { path: ["fileSideCarSpec"], part: older },
    { path: ["fileSidecar", "defaultSpec"], part: newer },
  ];
  const facts = { movesFiles, workingDir: context.workspace.workingDir };
  const [breach] = contractBreaches({ ...parts, helperSpecs }, facts);
  if (breach) {
    const { failure } = taskFailure("config", breach.message, breach.remedy);
    throw new TaskFailure(failure, ["taskRunner", ...breach.path]);
  }
  return { ...parts, helperSpec: older || newer ? { ...older, ...newer } : null };
}

type WrittenAmounts = NonNullable<Written["resources"]>;

/** Quantities by either spelling; the plural one, which is Kubernetes' own, counts more. */
async function amounts(
  written: WrittenAmounts | undefined,
  path: string,
  context: TaskContext,
): Promise<ScriptPlan["kubernetes"]["resources"]> {
  const { request, requests, limit, limits } = written ?? {};
  return {
    requests: await renderMap({ ...request, ...requests }, `${path}.request`, context),
    limits: await renderMap({ ...limit, ...limits }, `${path}.limit`, context),
  };
}

async function policy(
  written: string | undefined,
  context: TaskContext,
): Promise<ScriptPlan["kubernetes"]["pullPolicy"]> {
  if (written === undefined) return null;
  const rendered = await context.render(written, "taskRunner.pullPolicy");
  const found = pullPolicyOf(rendered);
  if (found !== null) return found;
  throw taskFailure(
    "config",
    `\`pullPolicy\` is \`${rendered}\`.`,
    "Let it be Always, IfNotPresent or Never.",
  );
}

async function seconds(
  written: string | undefined,
  name: string,
  fallback: number,
  context: TaskContext,
): Promise<number> {
  if (written === undefined) return fallback;
  const rendered = await context.render(written, `taskRunner.${name}`);
  const ms = durationMs(rendered);
  if (ms !== null && ms > 0) return Math.ceil(ms / 1000);
  throw taskFailure(
    "config",
    `\`${name}\` is \`${rendered}\`, which is no duration above zero.`,
    "Write it as ISO 8601, e.g. PT10M.",
  );
}
