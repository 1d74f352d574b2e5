import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { stringify } from "yaml";
import { defaultConnectionId, getConnection } from "#lib/connections/read.ts";
import { podWorkspace, type PreviewPlace, previewRun } from "#lib/connections/preview.ts";
import { readSettings, type Settings } from "#lib/config/env.ts";
import { AppError } from "#lib/core/app-error.ts";
import { THIS_MACHINE } from "#lib/core/connection-view.ts";
import type { PreviewFinding, TaskPreview } from "#lib/core/preview-view.ts";
import { readSource } from "#lib/flows/read-source.ts";
import type { Flow, Task } from "#lib/flow/flow.ts";
import { durationMs } from "#lib/flow/duration.ts";
import { catalogue } from "#lib/tasks/catalogue.ts";
import { runLimitMs, runParts } from "#lib/tasks/script/run-parts.ts";
import { type PlannedFile, type ScriptPlan, TaskFailure } from "#lib/tasks/task-type.ts";
import { PREVIEW_ID, previewContext } from "./preview-context.ts";
import {
  type SortedStandIns,
  sortedStandIns,
  unknownCluster,
  type UnknownLogin,
  unknownRegistryLogin,
} from "./preview-logins.ts";
import { PreviewPlaces } from "./preview-places.ts";

/** What a person asks to see. */
export interface PreviewRequest {
  /** The flow's YAML, saved or not. */
  source: string;
  /** null: the task at `line`, or the first that has a pod. */
  taskId: string | null;
  /** Where the cursor is, from 1. */
  line: number | null;
  /** The connection picked for it; null: what the flow says. */
  connectionId: string | null;
}

/**
 * The manifest of a task before its run, and everything that stands against it. It asks the cluster
 * and makes nothing anywhere.
 * @throws AppError `invalid` (the source has errors), `not-found` (task, connection), and the
 *   signal's reason
 */
export async function previewTask(
  request: PreviewRequest,
  signal: AbortSignal,
  settings: Settings = readSettings(),
): Promise<TaskPreview> {
  const { flow, problems } = readSource(request.source);
  if (flow === null) {
    const line = problems.find(({ severity }) => severity === "error")?.range.startLine;
    const where = line === undefined ? "" : ` in line ${line}`;
    throw new AppError("invalid", `The flow has an error${where}. Correct it to see the manifest.`);
  }
  const tasks = flow.tasks.map(({ id, type, range }) => ({
    id,
    line: range.startLine,
    hasPod: catalogue.find(type)?.kind === "script",
  }));
  const task = wantedTask(flow, tasks, request);
  if (task === null) {
    return { tasks, taskId: null, connection: null, manifest: null, findings: [] };
  }
  const question = { request, flow, task, settings, signal };
  return { tasks, taskId: task.id, ...(await made(question)) };
}

function wantedTask(
  flow: Flow,
  tasks: TaskPreview["tasks"],
  { taskId, line }: PreviewRequest,
): Task | null {
  if (taskId !== null) {
    const named = flow.tasks.find(({ id }) => id === taskId);
    if (!named) throw new AppError("not-found", `The flow has no task \`${taskId}\`.`);
    return named;
  }
  const atLine = line === null ? undefined : tasks.findLast((task) => task.line <= line);
  const chosen = atLine?.hasPod ? atLine : tasks.find(({ hasPod }) => hasPod);
  return flow.tasks.find(({ id }) => id === chosen?.id) ?? null;
}

type Made = Pick<TaskPreview, "connection" | "manifest" | "findings">;

interface Question {
  request: PreviewRequest;
  flow: Flow;
  task: Task;
  settings: Settings;
  signal: AbortSignal;
}

async function made(question: Question): Promise<Made> {
  const { request, flow, task, settings, signal } = question;
  const { connectionId } = request;
  const isPicked = connectionId !== null;
  const type = catalogue.find(task.type);
  if (type?.kind !== "script") return withoutPod(task);
  const workspace = podWorkspace(PREVIEW_ID);
  const places = new PreviewPlaces(request.source, flow.tasks.indexOf(task), task.properties);
  const { context, standIns } = await previewContext(flow, task, workspace);
  let plan: ScriptPlan;
  try {
    plan = await type.plan(task, context);
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error;
    const { ofManifest } = sortedStandIns(standIns.values(), isPicked);
    const findings = places.withStandIns([places.ofFailure(error)], ofManifest);
    const place = connectionId === null ? null : { connectionId };
    return { connection: await connectionOf(place, settings), manifest: null, findings };
  }
  const timeout = task.timeout === null ? null : await context.render(task.timeout, "timeout");
  const timeoutMs = runLimitMs(plan, timeout === null ? null : durationMs(timeout));
  const { helperImage } = settings;
  const sorted = sortedStandIns(standIns.values(), isPicked);
  const { place, unknown } = await placeOf(plan, sorted, question);
  const connection = await connectionOf(place, settings);
  const spec = {
    attemptId: PREVIEW_ID,
    identity: identityOf(flow, task),
    ...runParts(plan, { workspace, helperImage, timeoutMs }),
    inputFiles: plan.inputFiles.map(standInFile),
  };
  const { manifest, findings } = await previewRun(place, spec, signal, settings);
  const logins = [unknown, manifest && unknownRegistryLogin(sorted)];
  const all = [
    ...findings.map((one) => places.ofRunner(one)),
    ...plan.inputFiles.flatMap((file) => places.ofStoredFile(file)),
    ...logins.flatMap((one) => (one ? [places.ofUnknownLogin(one)] : [])),
  ];
  return {
    connection,
    manifest: manifest === null ? null : stringify(manifest, { lineWidth: 0 }),
    findings: places.withStandIns(all, sorted.ofManifest),
  };
}

function identityOf({ namespace, id: flowId }: Flow, { id: taskId }: Task) {
  const ofRun = { executionId: PREVIEW_ID, taskRunId: PREVIEW_ID, attemptNumber: 0 };
  return { namespace, flowId, taskId, ...ofRun };
}

/**
 * As a run would choose it (lib/worker/drive/choose-place.ts), with what of the task's own cluster
 * only a run knows.
 */
async function placeOf(
  { runner }: ScriptPlan,
  standIns: SortedStandIns,
  { request, settings }: Question,
): Promise<{ place: PreviewPlace; unknown: UnknownLogin | null }> {
  const { connectionId } = request;
  if (connectionId !== null) return { place: { connectionId }, unknown: null };
  if (runner.kind === "kubernetes" && runner.config !== null) {
    const unknown = unknownCluster(runner.config, standIns);
    return { place: { config: runner.config, isKnown: unknown === null }, unknown };
  }
  const isProcess = runner.kind === "process";
  const id = isProcess ? THIS_MACHINE : await defaultConnectionId(settings);
  return { place: { connectionId: id }, unknown: null };
}

/** @throws AppError `not-found` */
async function connectionOf(
  place: PreviewPlace | null,
  settings: Settings,
): Promise<Made["connection"]> {
  if (place === null || "config" in place) return null;
  const { id, name, kind } = await getConnection(place.connectionId, settings);
  return { id, name, kind };
}

function withoutPod({ id, type }: Task): Made {
  const name = type.split(".").at(-1) ?? type;
  const finding: PreviewFinding = {
    severity: "info",
    check: "place",
    message: `The task \`${id}\` has no pod: the worker itself does what ${name} says.`,
    remedy: "",
    evidence: "",
    field: "",
    range: null,
  };
  return { connection: null, manifest: null, findings: [finding] };
}

/** A stored file has bytes when the flow runs; until then it is one that is small. */
function standInFile({ path, content, isExecutable }: PlannedFile) {
  const bytes = Buffer.from(content.kind === "text" ? content.text : "");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { path, size: bytes.length, sha256, isExecutable, open: () => Readable.from([bytes]) };
}
