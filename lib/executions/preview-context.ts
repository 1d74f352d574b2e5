import { readFlowEnvs, readSecret } from "#lib/config/flow-environment.ts";
import { ExpressionError } from "#lib/expression/expression-error.ts";
import { renderTemplate } from "#lib/expression/render.ts";
import type { Scope } from "#lib/expression/scope.ts";
import type { Flow, Task } from "#lib/flow/flow.ts";
import { readInputs } from "#lib/flow/input-values.ts";
import type { TaskContext } from "#lib/tasks/task-type.ts";

/** Stands for the ids that only a run has. */
export const PREVIEW_ID = "preview";

/** Stands for secrets. */
const MASK = "********";

/** A text of the task that a preview has something else for than a run. */
export interface StandIn {
  /** In the task, e.g. `taskRunner.nodeSelector.disk`. */
  path: string;
  /** As it is written. */
  text: string;
  /** `later`: it has no value before the run. `secret`: it has one, which is not looked up. */
  cause: "later" | "secret";
  /** Why it has none, in the words of the expression language. */
  why: string;
  /** What stands in the manifest instead. */
  shown: string;
}

/**
 * Renders a task as far as that is possible before a run: inputs have their defaults, and what needs
 * more, or must not be shown, gets something that can stand in its place.
 * @returns with what had to be stood in for so far, by its path; a secret that is hidden where any
 *   text may stand is not worth telling
 */
export async function previewContext(
  flow: Flow,
  task: Task,
  workspace: TaskContext["workspace"],
): Promise<{ context: TaskContext; standIns: ReadonlyMap<string, StandIn> }> {
  const scope = await scopeBefore(flow, task, workspace);
  const standIns = new Map<string, StandIn>();
  const render = async (text: string, path: string): Promise<string> => {
    const { rendered, why, hasSecret } = await renderBefore(text, scope);
    if (rendered !== null && (!hasSecret || takesAnyText(path))) return rendered;
    const shown = standIn(path, text, rendered ?? text);
    const cause = hasSecret ? "secret" : "later";
    standIns.set(path, { path, text, cause, why, shown });
    return shown;
  };
  return { context: { workspace, render }, standIns };
}

/** `rendered` is null where there is no value. */
async function renderBefore(
  text: string,
  scope: Scope,
): Promise<{ rendered: string | null; why: string; hasSecret: boolean }> {
  let hasSecret = false;
  const secret = async (key: string): Promise<string | null> => {
    if (readSecret(key) === null) return null;
    hasSecret = true;
    return MASK;
  };
  try {
    const rendered = await renderTemplate(text, { ...scope, host: { ...NO_FILES, secret } });
    return { rendered, why: "", hasSecret };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    // What cannot be done with the mask may be done with the secret.
    return { rendered: null, why: hasSecret ? "" : error.message, hasSecret };
  }
}

const NO_FILES = {
  read: () => Promise.reject(new Error("Files are read when the flow runs")),
  fileSize: () => Promise.reject(new Error("Files are read when the flow runs")),
};

async function scopeBefore(
  flow: Flow,
  task: Task,
  workspace: TaskContext["workspace"],
): Promise<Scope> {
  const now = new Date();
  const startDate = now.toISOString();
  const hasOutputDir =
    task.properties["outputDirectory"] !== undefined || task.properties["runner"] !== undefined;
  return {
    variables: {
      inputs: await knownInputs(flow, now),
      vars: flow.variables,
      labels: flow.labels,
      envs: readFlowEnvs(),
      flow: { id: flow.id, namespace: flow.namespace, tenantId: null },
      execution: { id: PREVIEW_ID, state: "RUNNING", originalId: PREVIEW_ID, startDate },
      task: { id: task.id, type: task.type },
      taskrun: { id: PREVIEW_ID, startDate, attemptsCount: 0, value: null, parentId: null },
      workingDir: workspace.workingDir,
      ...(hasOutputDir ? { outputDir: workspace.outputDir } : {}),
    },
    now: () => now,
  };
}

/** What the inputs are when nothing is filled in; those that must be filled in are left out. */
async function knownInputs(flow: Flow, now: Date): Promise<Record<string, unknown>> {
  const { errors } = await readInputs(flow, {}, { now: () => now });
  const inputs = flow.inputs.filter(({ id, type }) => !(id in errors) && type !== "SECRET");
  return (await readInputs({ ...flow, inputs }, {}, { now: () => now })).values;
}

/** Whether nothing can be said against a text here, whatever it is. */
function takesAnyText(path: string): boolean {
  if (/\.(env\[\d+\]\.value|(command|args)\[\d+\])$/.test(path)) return true;
  return !/^(timeout$|inputFiles$|containerImage$|docker\.image$|taskRunner\.(?!annotations\.))/.test(
    path,
  );
}

/**
 * What takes the place of a text in a manifest, such that it breaks nothing that is right.
 * @param free for where it may be any text
 */
function standIn(path: string, text: string, free: string): string {
  if (/^(timeout$|taskRunner\.waitUntil|.*\.oauthTokenProvider\.cache$)/.test(path)) return "PT1H";
  if (/\.resources\.(request|limit)/.test(path)) return "1";
  if (/^taskRunner\.(config\.)?namespace$/.test(path)) return "";
  if (path === "taskRunner.pullPolicy") return "IfNotPresent";
  if (path === "taskRunner.job") return "false";
  if (path === "taskRunner.credentials.auth")
    return Buffer.from(`${MASK}:${MASK}`).toString("base64");
  if (/^(inputFiles|taskRunner\.\w+Spec|taskRunner\.fileSidecar\.defaultSpec)$/.test(path))
    return "{}";
  // Names and label values have few characters; image, command, files and env may have any.
  const isName = /^taskRunner\.(?!config\.|credentials\.)/.test(path) && !takesAnyText(path);
  return isName ? slugOf(text) : free;
}

function slugOf(text: string): string {
  const slug = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return slug.slice(0, 60).replaceAll(/^-+|-+$/g, "") || "unknown";
}
