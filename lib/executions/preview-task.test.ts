import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  AWAY,
  linesOf,
  openPreviewStage,
  type PreviewStage,
} from "#e2e/executions/preview-stage.ts";
import { AppError } from "#lib/core/app-error.ts";
import { THIS_MACHINE } from "#lib/core/connection-view.ts";
import type { TaskPreview } from "#lib/core/preview-view.ts";
import type { PreviewRequest } from "./preview-task.ts";

let stage: PreviewStage;
beforeAll(async () => {
  stage = await openPreviewStage();
});
afterAll(() => stage.close());

const FLOW = `id: report
namespace: data.team
inputs:
  - id: image
    type: STRING
  - id: team
    type: STRING
    defaults: sales
  - id: file
    type: FILE
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: x
  - id: make
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: "{{ inputs.image }}"
    inputFiles:
      data.csv: "{{ inputs.file }}"
    commands:
      - echo {{ outputs.say.x }} {{ secret('KEY') }}
    taskRunner:
      type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes
      labels:
        team: "{{ inputs.team }}"
      nodeSelector:
        disk: "{{ inputs.image }}"
      resources:
        request:
          cpu: "{{ inputs.image }}"
  - id: local
    type: io.kestra.plugin.scripts.shell.Commands
    commands: [a]
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
`;

function preview(changes: Partial<PreviewRequest>): Promise<TaskPreview> {
  return stage.preview({ source: FLOW, ...changes });
}

test("the manifest has defaults of inputs, and what only a run knows stands in as something valid", async () => {
  const found = await preview({ taskId: "make" });
  const manifest: unknown = parse(found.manifest ?? "");
  expect(manifest).toMatchObject({
    kind: "Pod",
    metadata: { namespace: "jobs", labels: { team: "sales", "kestra.io/task-id": "make" } },
    spec: {
      nodeSelector: { disk: "inputs-image" },
      containers: [
        { name: "main", image: "{{ inputs.image }}", resources: { requests: { cpu: "1" } } },
      ],
    },
  });
  expect(found.manifest).toContain("{{ outputs.say.x }}");
  expect(found.connection).toEqual({ id: AWAY, name: "away", kind: "context" });
  // A placeholder is no error: the only one is of the cluster, which has no line.
  expect(linesOf(found)).toEqual([
    "error place -",
    "info expression 17",
    "info expression 19",
    "info expression 21",
    "info expression 27",
    "info expression 30",
  ]);
});

test.each([
  ["podSpec: '{{ inputs.image }}'"],
  ["job: '{{ inputs.image }}'"],
  ["waitUntilRunning: '{{ inputs.image }}'"],
  ["namespace: '{{ inputs.image }}'"],
  ["pullPolicy: '{{ inputs.image }}'"],
  ["fileSidecar: {defaultSpec: '{{ inputs.image }}'}"],
])("%s is no error before the run", async (property) => {
  const source = FLOW.replace("labels:\n", `${property}\n      labels:\n`);
  const found = await preview({ source, taskId: "make" });
  const manifest: unknown = parse(found.manifest ?? "");
  expect(manifest).toMatchObject({ kind: "Pod", metadata: { namespace: "jobs" } });
  expect(linesOf(found)).toContain("info expression 24");
  expect(linesOf(found).filter((one) => one.startsWith("error"))).toEqual(["error place -"]);
});

test.each([
  [1, "make"],
  [13, "make"],
  [20, "make"],
  [35, "local"],
])("with the cursor in line %i the task is %s", async (line, taskId) => {
  expect((await preview({ line })).taskId).toBe(taskId);
});

test("the tasks of the source are told, with those that have no pod", async () => {
  const { tasks, taskId, manifest, findings } = await preview({ taskId: "say" });
  expect(tasks).toEqual([
    { id: "say", line: 12, hasPod: false },
    { id: "make", line: 15, hasPod: true },
    { id: "local", line: 31, hasPod: true },
  ]);
  expect({ taskId, manifest }).toEqual({ taskId: "say", manifest: null });
  expect(findings).toMatchObject([{ severity: "info", check: "place" }]);
});

describe("where it would run", () => {
  test.each([
    ["by the flow, a process", { taskId: "local", connectionId: null }],
    ["by the person's choice", { taskId: "make", connectionId: THIS_MACHINE }],
  ])("%s has no manifest", async (_name, changes) => {
    const { manifest, connection, findings } = await preview(changes);
    expect(manifest).toBeNull();
    expect(connection?.id).toBe(THIS_MACHINE);
    expect(findings[0]?.message).toContain("runs as a process of this machine");
  });

  test("a connection that the flow does not name is the default one", async () => {
    expect((await preview({ connectionId: null })).connection?.id).toBe(AWAY);
  });

  test("the task's own cluster has no connection, and its failure says which cluster", async () => {
    const own = "Kubernetes\n      config: {masterUrl: 'https://127.0.0.1:2', oauthToken: x}\n";
    const source = FLOW.replace("Kubernetes\n", own);
    const { connection, findings } = await preview({ source, connectionId: null, taskId: "make" });
    expect(connection).toBeNull();
    expect(findings[0]).toMatchObject({ severity: "error", check: "place" });
    expect(findings[0]?.message).toContain("https://127.0.0.1:2");
  });
});

test("what the task itself gets wrong is told at its line, without a manifest", async () => {
  const source = FLOW.replace("data.csv:", "'{{ vars.up ?? \"../up\" }}':");
  const { manifest, findings } = await preview({ source, taskId: "make" });
  expect(manifest).toBeNull();
  expect(findings[0]).toMatchObject({ severity: "error", check: "input-files" });
});

test.each([
  ["a source with an error", { source: "id: x\n" }, "invalid"],
  ["a task that is not there", { taskId: "nope" }, "not-found"],
  ["a connection that is not there", { taskId: "make", connectionId: "imported:x" }, "not-found"],
])("%s is refused", async (_name, changes, code) => {
  const error = await preview(changes).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code });
});

test("whoever asked and went away ends it", async () => {
  const signal = AbortSignal.abort(new Error("gone"));
  const request = { source: FLOW, taskId: "make", line: null, connectionId: AWAY };
  await expect(stage.ask(request, signal)).rejects.toThrow("gone");
});
