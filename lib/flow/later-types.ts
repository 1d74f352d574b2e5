/**
 * Task types that flows of this language use and that are built later: a flow with one of them is
 * saved and does not run. Names of LANGUAGE.md 3.6 and 2.1, in the spelling from 0.17 on.
 */
const CORE: Record<string, string> = {
  flow: "AllowFailure Dag EachParallel EachSequential Flow ForEach ForEachItem If Loop LoopUntil Parallel Pause Sequential Subflow Switch Template WaitFor WorkingDirectory",
  debug: "Echo",
  execution: "Assert Count Counts Exit Labels PurgeExecutions Resume SetVariables UnsetVariables",
  http: "Download Request SseRequest",
  kv: "Delete Get GetKeys PurgeKV Set Version",
  log: "Fetch PurgeLogs",
  namespace: "DeleteFiles DownloadFiles PurgeFiles UploadFiles",
  output: "OutputValues",
  state: "Delete Get Set",
  storage:
    "Concat DeduplicateItems Delete FilterItems LocalFiles Purge PurgeCurrentExecutionFiles PurgeExecution Reverse Size Split Write",
  templating: "TemplatedTask",
  trigger: "Toggle",
};

const SCRIPT_LANGUAGES =
  "bun deno dotnet go groovy jbang julia lua perl php powershell r ruby jython nashorn";

const OTHERS = [
  "io.kestra.plugin.kubernetes.PodCreate",
  "io.kestra.plugin.kubernetes.core.PodCreate",
  "io.kestra.plugin.kubernetes.kubectl.Apply",
  "io.kestra.plugin.kubernetes.kubectl.Delete",
  "io.kestra.plugin.kubernetes.kubectl.Get",
  "io.kestra.plugin.kubernetes.kubectl.Patch",
  "io.kestra.plugin.docker.Run",
  "io.kestra.plugin.docker.Build",
  "io.kestra.plugin.dbt.cli.DbtCLI",
  "io.kestra.plugin.terraform.cli.TerraformCLI",
  "io.kestra.plugin.ansible.cli.AnsibleCLI",
  "io.kestra.plugin.aws.cli.AwsCLI",
  "io.kestra.plugin.git.Clone",
];

/** Names before 0.17, whose folders were plural. */
const OLD_FOLDERS: Record<string, string> = {
  debugs: "debug",
  executions: "execution",
  flows: "flow",
  log: "log",
  states: "state",
  storages: "storage",
  templating: "templating",
  trigger: "trigger",
};

const laterTypes: ReadonlySet<string> = new Set([
  ...Object.entries(CORE).flatMap(([folder, names]) =>
    names.split(" ").map((name) => `io.kestra.plugin.core.${folder}.${name}`),
  ),
  ...SCRIPT_LANGUAGES.split(" ").flatMap((language) =>
    ["Commands", "Script", "Eval", "FileTransform"].map(
      (form) => `io.kestra.plugin.scripts.${language}.${form}`,
    ),
  ),
  ...OTHERS,
]);

/** Whether the type is one of the language that is not built yet. */
export function isLaterType(type: string): boolean {
  if (laterTypes.has(type) || type.startsWith("io.kestra.core.tasks.scripts.")) return true;
  const old = /^io\.kestra\.core\.tasks\.(\w+)\.(\w+)$/.exec(type);
  const folder = OLD_FOLDERS[old?.[1] ?? ""];
  if (folder !== undefined) return laterTypes.has(`io.kestra.plugin.core.${folder}.${old?.[2]}`);
  const http = /^io\.kestra\.plugin\.fs\.http\.(\w+)$/.exec(type);
  return http !== null && laterTypes.has(`io.kestra.plugin.core.http.${http[1]}`);
}

export const laterTypeNames: readonly string[] = [...laterTypes];
