import { expect, test } from "vitest";
import { parseFlow } from "#lib/flow/parse.ts";
import { podFromSpec } from "#lib/runner/kubernetes/pod-spec.ts";
import { catalogue } from "../catalogue.ts";
import type { ScriptPlan, TaskContext } from "../task-type.ts";
import { runParts } from "./run-parts.ts";

const workspace = { workingDir: "/kestra/working-dir", outputDir: "/kestra/working-dir/out" };
const VALUES: Record<string, string> = { dir: "/srv", yes: "true", none: "{}" };
/** Stands for the worker: the values above are all it knows. */
const context: TaskContext = {
  workspace,
  render: async (text) =>
    text.replaceAll(/\{\{ vars\.(\w+) \}\}/g, (_, name) => VALUES[name] ?? ""),
};

interface Row {
  type?: string;
  /** Lines of the task. */
  task?: string[];
  podSpec?: string;
  /** Of `containerSpec`. */
  mounts?: string;
}

function flowOf({ type = "shell.Commands", task = [], podSpec, mounts }: Row, own: string): string {
  const [property] = type.endsWith("Script") ? ["script: a"] : ["commands: [a]"];
  return [
    "id: a",
    "namespace: b",
    "variables: {dir: x, yes: x, none: x}",
    "tasks:",
    "  - id: t",
    `    type: io.kestra.plugin.scripts.${type}`,
    ...(task.some((line) => /^(script|commands):/.test(line)) ? [] : [`    ${property}`]),
    ...task.map((line) => `    ${line}`),
    "    taskRunner:",
    "      type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes",
    `      podSpec: {${podSpec ?? ""}}`,
    `      containerSpec: {${mounts ? `volumeMounts: [${mounts}], ` : ""}${own}}`,
    "",
  ].join("\n");
}

async function planned(row: Row, own = ""): Promise<ScriptPlan> {
  const { flow, problems } = parseFlow(flowOf(row, own), catalogue);
  const task = flow?.tasks[0];
  const found = catalogue.find(task?.type ?? "");
  if (!task || found?.kind !== "script") throw new Error(JSON.stringify(problems));
  return found.plan(task, context);
}

/** Where the pod's own container works; undefined: where its image says. */
async function workingDirOf(row: Row): Promise<string | undefined> {
  const plan = await planned(row);
  const identity = {
    namespace: "b",
    flowId: "a",
    taskId: "t",
    executionId: "e",
    taskRunId: "r",
    attemptNumber: 0,
  };
  const inputFiles = plan.inputFiles.map(({ path, isExecutable }) => ({
    path,
    isExecutable,
    size: 1,
    sha256: "",
    open: () => {
      throw new Error("not opened here");
    },
  }));
  const parts = runParts(plan, { workspace, helperImage: "busybox", timeoutMs: null });
  const spec = { attemptId: "1", identity, ...parts, inputFiles };
  const pod = podFromSpec(spec, { installationId: "here", namespace: "pods", inline: [] });
  return pod.spec.containers.find(({ name }) => name === "main")?.workingDir;
}

const SHARING = "{name: side, image: x, volumeMounts: [{name: kestra-files, mountPath: /x}]}";
const ROWS: [what: string, has: boolean, row: Row][] = [
  ["without any", false, {}],
  ["with empty lists of them", false, { task: ["inputFiles: {}", "outputFiles: []"] }],
  ["with an input file that has no content", false, { task: ["inputFiles: {a: null}"] }],
  ["with input files", true, { task: ["inputFiles: {a: b}"] }],
  ["with output files", true, { task: ["outputFiles: ['*.csv']"] }],
  ["with an output directory", true, { task: ["outputDirectory: true"] }],
  ["without an output directory", false, { task: ["outputDirectory: false"] }],
  ["in the older form, which has an output directory", true, { task: ["runner: DOCKER"] }],
  ["whose script becomes one", true, { type: "python.Script" }],
  ["whose script becomes one of another language", true, { type: "node.Script" }],
  ["whose script is the interpreter's argument", false, { type: "shell.Script" }],
  ["of a language whose commands are no file", false, { type: "python.Commands" }],
  ["with a stored file in its commands", true, { task: ["commands: ['cat kestra:///b/x.csv']"] }],
  [
    "with commands that are too long for an argument",
    true,
    { task: [`commands: [a, "${"x".repeat(128 * 1024)}"]`] },
  ],
  [
    "whose pod names the volume for them",
    true,
    { podSpec: "volumes: [{name: kestra-files, emptyDir: {sizeLimit: 1Gi}}]" },
  ],
  ["whose pod has another volume", false, { podSpec: "volumes: [{name: data, emptyDir: {}}]" }],
  ["that a container beside it shares", true, { podSpec: `containers: [${SHARING}]` }],
  ["that an init container shares", true, { podSpec: `initContainers: [${SHARING}]` }],
  ["that its own container shares", true, { mounts: "{name: kestra-files, mountPath: /x}" }],
];

test.each(ROWS)(
  "a task %s is told alike by the editor, the plan and the pod: %j",
  async (...row) => {
    const [, has, made] = row;
    expect(await workingDirOf(made)).toBe(has ? workspace.workingDir : undefined);

    const { problems } = parseFlow(flowOf(made, "workingDir: /srv"), catalogue);
    const errors = problems.filter(({ severity }) => severity === "error");
    const refusal = { message: expect.stringContaining("works in its working directory") };
    expect(errors).toMatchObject(has ? [refusal] : []);

    const rendered = await planned(made, 'workingDir: "{{ vars.dir }}"').then(
      ({ kubernetes }) => kubernetes.containerSpec?.["workingDir"],
      (error: unknown) => error,
    );
    const failure = { failure: refusal };
    expect({ rendered }).toMatchObject({ rendered: has ? failure : "/srv" });
  },
);

test.each<[string, string[]]>([
  ["an output directory", ['outputDirectory: "{{ vars.yes }}"']],
  ["input files", ['inputFiles: "{{ vars.none }}"']],
])("what an expression says of %s is no error before it is rendered", async (_what, task) => {
  const { problems } = parseFlow(flowOf({ task }, "workingDir: /srv"), catalogue);
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
});

test("another volume at the working directory is refused wherever that is a volume of ours", () => {
  const mounts = "{name: data, mountPath: /kestra/working-dir}";
  const errorsOf = (row: Row) =>
    parseFlow(flowOf({ ...row, mounts }, ""), catalogue).problems.map(({ message }) => message);
  expect(errorsOf({})).toEqual([]);
  for (const row of [
    { podSpec: "volumes: [{name: kestra-files, emptyDir: {}}]" },
    { task: ["outputDirectory: true"] },
  ]) {
    expect(errorsOf(row)).toEqual([expect.stringContaining("its files are moved")]);
  }
});
