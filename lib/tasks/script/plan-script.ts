import type { PlannedFile, ScriptPlan, TaskContext, TaskRunnerChoice } from "../task-type.ts";
import { refuseLongVariables, scriptArgument } from "./argument-limit.ts";
import { DEFAULT_INTERPRETER, joinedCommands } from "./commands.ts";
import { connectionConfig } from "./connection-config.ts";
import { plannedInputFiles } from "./input-files.ts";
import { kubernetesPlan } from "./kubernetes-plan.ts";
import { KUBERNETES_RUNNER_TYPES } from "./kubernetes-runner.ts";
import { renderFlag, renderList, renderMap, renderOptional } from "./render.ts";
import { PROCESS_RUNNER_TYPES } from "./runner-schema.ts";
import type { ScriptProperties } from "./script-properties.ts";
import { StoredFiles } from "./stored-files.ts";

/** What differs between the script types. */
interface ScriptForm {
  defaultImage: string;
  /** Environment that the type sets unless the task does. */
  env: Record<string, string>;
  /** The commands, rendered with URIs exchanged, and files that they need. */
  main(tools: ScriptTools): Promise<{ commands: string[]; files: PlannedFile[] }>;
}

export interface ScriptTools {
  context: TaskContext;
  interpreter: readonly string[];
  /** Renders, and exchanges `kestra:///` URIs for files. */
  render(text: string, path: string): Promise<string>;
}

/** Renders a script task and says what to run (LANGUAGE.md 2.1 to 2.3). */
export async function planScript(
  properties: ScriptProperties,
  form: ScriptForm,
  context: TaskContext,
): Promise<ScriptPlan> {
  const stored = new StoredFiles();
  const render = async (text: string, path: string): Promise<string> =>
    stored.replaced(await context.render(text, path));
  const files = await plannedInputFiles(properties.inputFiles, context);
  const written = await renderList(properties.interpreter, "interpreter", context);
  const interpreter = written.length > 0 ? written : DEFAULT_INTERPRETER;
  const before = await renderList(properties.beforeCommands, "beforeCommands", {
    ...context,
    render,
  });
  const main = await form.main({ context, interpreter, render });
  const isFailFast = await renderFlag(properties.failFast, true, "failFast", context);
  const text = joinedCommands(interpreter, { isFailFast, before, main: main.commands });
  const { argument, files: long } = scriptArgument(interpreter, text, context.workspace.workingDir);
  const env = { ...form.env, ...(await renderMap(properties.env, "env", context)) };
  refuseLongVariables(env);
  const settings = properties.taskRunner;
  const ofKubernetes = settings !== undefined && isKubernetes(settings) ? settings : {};
  const legacyPolicy =
    settings !== undefined && "pullPolicy" in settings ? settings.pullPolicy : undefined;
  const inputFiles = merged([...files, ...main.files, ...long, ...stored.files()]);
  const outputFiles = await renderList(properties.outputFiles, "outputFiles", context);
  const hasOutputDir =
    (await renderFlag(properties.outputDirectory, false, "outputDirectory", context)) ||
    properties.runner !== undefined;
  return {
    runner: await runnerChoice(properties, context),
    image: await imageOf(properties, form, context),
    command: [...interpreter, argument],
    env,
    inputFiles,
    outputFiles,
    hasOutputDir,
    warningOnStdErr: await renderFlag(properties.warningOnStdErr, true, "warningOnStdErr", context),
    kubernetes: await kubernetesPlan(
      ofKubernetes,
      {
        legacyPullPolicy: textOrNone(legacyPolicy) ?? textOrNone(properties.docker?.pullPolicy),
        movesFiles: inputFiles.length + outputFiles.length > 0 || hasOutputDir,
      },
      context,
    ),
  };
}

function textOrNone(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

type RunnerSettings = NonNullable<ScriptProperties["taskRunner"]>;
type KubernetesSettings = Extract<RunnerSettings, { waitUntilRunning?: unknown; delete?: unknown }>;

function isKubernetes(settings: RunnerSettings): settings is KubernetesSettings {
  return (KUBERNETES_RUNNER_TYPES as readonly string[]).includes(settings.type);
}

async function runnerChoice(
  properties: ScriptProperties,
  context: TaskContext,
): Promise<TaskRunnerChoice> {
  const settings = properties.taskRunner;
  if (settings === undefined) {
    return { kind: properties.runner === "PROCESS" ? "process" : "default" };
  }
  if (isKubernetes(settings)) {
    const written = settings.config ?? settings.connection;
    const config =
      written === undefined ? null : await connectionConfig(written, "taskRunner.config", context);
    return { kind: "kubernetes", config };
  }
  const isProcess = (PROCESS_RUNNER_TYPES as readonly string[]).includes(settings.type);
  return { kind: isProcess ? "process" : "default" };
}

async function imageOf(
  properties: ScriptProperties,
  form: ScriptForm,
  context: TaskContext,
): Promise<string> {
  const image = await renderOptional(properties.containerImage, "containerImage", context);
  const legacy = await renderOptional(
    textOrNone(properties.docker?.image),
    "docker.image",
    context,
  );
  return image?.trim() || legacy?.trim() || form.defaultImage;
}

/** A later file of the same path takes the earlier one's place. */
function merged(files: PlannedFile[]): PlannedFile[] {
  return [...new Map(files.map((file) => [file.path, file])).values()];
}
