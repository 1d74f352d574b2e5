import { readFlowEnvs, readSecret } from "#lib/config/flow-environment.ts";
import { ExpressionError } from "#lib/expression/expression-error.ts";
import { renderTemplate } from "#lib/expression/render.ts";
import type { Scope } from "#lib/expression/scope.ts";
import type { Flow, Task } from "#lib/flow/flow.ts";
import { readInputs } from "#lib/flow/input-values.ts";
import type { TaskContext } from "#lib/tasks/task-type.ts";

/** Stands for the ids that only a run has. */
export const PREVIEW_ID = "preview";

/** A text of the task whose expressions have no value before the run. */
export interface UnknownText {
  /** In the task, e.g. `taskRunner.nodeSelector.disk`. */
  path: string;
  /** As it is written. */
  text: string;
  /** Why, in the words of the expression language. */
  why: string;
  /** What stands in the manifest instead. */
  shown: string;
}

/**
 * Renders a task as far as that is possible before a run: inputs have their defaults, and what needs
 * more gets something that can stand in its place. Secrets are never shown.
 */
export async function previewContext(
  flow: Flow,
  task: Task,
  workspace: TaskContext["workspace"],
): Promise<{ context: TaskContext; unknown: ReadonlyMap<string, UnknownText> }> {
  const scope = await scopeBefore(flow, task, workspace);
  const unknown = new Map<string, UnknownText>();
  const render = async (text: string, path: string): Promise<string> => {
    try {
      return await renderTemplate(text, scope);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const shown = standIn(path, text);
      unknown.set(path, { path, text, why: error.message, shown });
      return shown;
    }
  };
  return { context: { workspace, render }, unknown };
}

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
    host: {
      read: () => Promise.reject(new Error("Files are read when the flow runs")),
      fileSize: () => Promise.reject(new Error("Files are read when the flow runs")),
      secret: async (key) => (readSecret(key) === null ? null : "********"),
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

/** What takes the place of a text in a manifest, such that it breaks nothing that is right. */
function standIn(path: string, text: string): string {
  if (/^(timeout$|taskRunner\.waitUntil)/.test(path)) return "PT1H";
  if (/\.resources\.(request|limit)/.test(path)) return "1";
  if (path === "taskRunner.namespace") return "";
  if (path === "taskRunner.pullPolicy") return "IfNotPresent";
  if (path === "taskRunner.job") return "false";
  if (/^(inputFiles|taskRunner\.\w+Spec|taskRunner\.fileSidecar\.defaultSpec)$/.test(path))
    return "{}";
  // Names and label values have few characters; image, command, files and env may have any.
  const isName = /^taskRunner\.(?!config|connection|annotations)/.test(path);
  return isName ? slugOf(text) : text;
}

function slugOf(text: string): string {
  const slug = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return slug.slice(0, 60).replaceAll(/^-+|-+$/g, "") || "unknown";
}
