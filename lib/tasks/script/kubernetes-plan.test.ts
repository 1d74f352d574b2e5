import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFlow } from "#lib/flow/parse.ts";
import { catalogue } from "../catalogue.ts";
import type { PodOptions } from "../pod-options.ts";
import { type TaskContext, TaskFailure } from "../task-type.ts";

const VALUES: Record<string, string> = {
  "{{ uid }}": "1000",
  "{{ yes }}": "true",
  "{{ name }}": "data",
  "{{ json }}": '{"key":"gpu","operator":"Exists"}',
  "{{ list }}": '[{"name":"data","emptyDir":{}}]',
  "{{ nothing }}": "",
  "{{ workingDir }}": "/kestra/working-dir",
};

/** Stands for the worker: the values above are all it knows. */
const context: TaskContext = {
  workspace: { workingDir: "/kestra/working-dir", outputDir: "/kestra/working-dir/out" },
  render: async (text) => text.replaceAll(/\{\{ \w+ \}\}/g, (found) => VALUES[found] ?? ""),
};

function flowWith(runner: string, task = ""): string {
  const indented = (text: string, by: number) =>
    text
      .split("\n")
      .filter(Boolean)
      .map((line) => `${" ".repeat(by)}${line}\n`)
      .join("");
  const vars = Object.keys(VALUES).map((name) => `  ${name.replaceAll(/[{} ]/g, "")}: x\n`);
  return (
    `id: a\nnamespace: b\nvariables:\n${vars.join("")}tasks:\n  - id: t\n` +
    "    type: io.kestra.plugin.scripts.shell.Commands\n    commands: [a]\n" +
    `${indented(task, 4)}    taskRunner:\n` +
    `      type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes\n${indented(runner, 6)}`
  );
}

async function planned(runner: string, task = ""): Promise<PodOptions> {
  const { flow } = parseFlow(flowWith(runner, task).replaceAll("{{ ", "{{ vars."), catalogue);
  const read = flow?.tasks[0];
  const found = catalogue.find(read?.type ?? "");
  if (read === undefined || found?.kind !== "script") throw new Error("It is no flow.");
  const known: TaskContext = {
    ...context,
    render: (text, path) => context.render(text.replaceAll("{{ vars.", "{{ "), path),
  };
  return (await found.plan(read, known)).kubernetes;
}

describe("what a flow says of its pod", () => {
  test.each<[string, string, Partial<PodOptions>]>([
    [
      "with its types kept, and texts rendered, but no keys",
      'podSpec:\n  hostNetwork: true\n  priority: 5\n  volumes:\n    - name: "v-{{ name }}"\n      emptyDir: {}\n  "{{ name }}": null',
      {
        podSpec: {
          hostNetwork: true,
          priority: 5,
          volumes: [{ name: "v-data", emptyDir: {} }],
          "{{ vars.name }}": null,
        },
      },
    ],
    [
      "with numbers, true and false where Kubernetes wants them",
      'containerSpec:\n  securityContext: {runAsUser: "{{ uid }}", runAsNonRoot: "{{ yes }}", readOnlyRootFilesystem: "false"}\n  env: [{name: UID, value: "{{ uid }}"}]',
      {
        containerSpec: {
          securityContext: { runAsUser: 1000, runAsNonRoot: true, readOnlyRootFilesystem: false },
          env: [{ name: "UID", value: "1000" }],
        },
      },
    ],
    [
      "with labels of nodes as texts, whatever their names",
      'podSpec:\n  nodeSelector: {priority: "{{ uid }}", optional: "true"}',
      { podSpec: { nodeSelector: { priority: "1000", optional: "true" } } },
    ],
    [
      "by expressions that give whole parts",
      'podSpec:\n  tolerations: ["{{ json }}"]\n  volumes: "{{ list }}"\ncontainerDefaultSpec: "{{ json }}"',
      {
        podSpec: {
          tolerations: [{ key: "gpu", operator: "Exists" }],
          volumes: [{ name: "data", emptyDir: {} }],
        },
        containerDefaultSpec: { key: "gpu", operator: "Exists" },
      },
    ],
    [
      "with JSON as text where a text belongs",
      'containerSpec:\n  env: [{name: CONFIG, value: "{{ json }}"}]\n  readinessProbe: {exec: {command: [test, "{{ json }}"]}}',
      {
        containerSpec: {
          env: [{ name: "CONFIG", value: VALUES["{{ json }}"] }],
          readinessProbe: { exec: { command: ["test", VALUES["{{ json }}"]] } },
        },
      },
    ],
    [
      "with numbers, true and false as texts where Kubernetes wants texts, as they are written",
      "podSpec:\n  nodeSelector: {gpu: true, zone: 1}\n  tolerations: [{key: a, value: 0x1F}]\ncontainerSpec:\n  env: [{name: A, value: 3.10}, {name: B, value: true}]\n  readinessProbe: {exec: {command: [sleep, 0.50]}}",
      {
        podSpec: {
          nodeSelector: { gpu: "true", zone: "1" },
          tolerations: [{ key: "a", value: "0x1F" }],
        },
        containerSpec: {
          env: [
            { name: "A", value: "3.10" },
            { name: "B", value: "true" },
          ],
          readinessProbe: { exec: { command: ["sleep", "0.50"] } },
        },
      },
    ],
    [
      "with file modes as Kubernetes' tools read them",
      'podSpec:\n  volumes:\n    - {name: a, secret: {defaultMode: 0400}}\n    - {name: b, configMap: {defaultMode: 0o400, items: [{key: k, path: p, mode: 256}]}}\n    - {name: c, secret: {defaultMode: "0400"}}',
      {
        podSpec: {
          volumes: [
            { name: "a", secret: { defaultMode: 0o400 } },
            {
              name: "b",
              configMap: { defaultMode: 0o400, items: [{ key: "k", path: "p", mode: 0o400 }] },
            },
            { name: "c", secret: { defaultMode: 0o400 } },
          ],
        },
      },
    ],
    ["by an expression that gives nothing", 'podSpec: "{{ nothing }}"', { podSpec: null }],
    [
      "of the helper, where the newer form is stronger",
      "fileSidecar:\n  resources: {request: {cpu: 1}, limits: {memory: 64Mi}}\n  defaultSpec: {tty: true}\nfileSideCarSpec: {tty: false, stdin: true}",
      {
        helperSpec: { tty: true, stdin: true },
        helperResources: { requests: { cpu: "1" }, limits: { memory: "64Mi" } },
      },
    ],
    [
      "with annotations",
      'annotations: {sidecar.istio.io/inject: "false", by: "{{ name }}"}\nsyncWorkingDirectory: true',
      { annotations: { "sidecar.istio.io/inject": "false", by: "data" } },
    ],
  ])("is planned %s", async (_, runner, options) => {
    expect(await planned(runner)).toMatchObject(options);
  });

  test("fails when a whole part is no map", async () => {
    const failure = await planned('podSpec: "{{ name }}"').catch((error: unknown) => error);
    expect(failure).toMatchObject({
      failure: {
        kind: "config",
        message: "`taskRunner.podSpec` is an expression that gives no map.",
      },
    });
  });
});

const BREACHES: [string, string, string, string?][] = [
  ["podSpec: {restartPolicy: Always}", "Always", "never restarts"],
  ["containerSpec: {command: [sh]}", "[sh]", "the task's own commands"],
  ["containerSpec: {args: [x]}", "[x]", "the task's own commands"],
  ["containerSpec: {name: other}", "other", "is always `main`"],
  ["containerSpec: {livenessProbe: {}}", "{}", "is its time limit"],
  ["containerSpec: {restartPolicy: Always}", "Always", "never restarts"],
  ["containerDefaultSpec: {command: [sh]}", "[sh]", "the task's own commands"],
  ["podSpec: {containers: [{name: main, args: [x]}]}", "[x]", "the task's own commands"],
  ["podSpec: {containers: [{name: main}, {name: main}]}", "main", "Two containers"],
  ["podSpec: {containers: [{name: files}]}", "files", "Podflow's helper"],
  ["podSpec: {initContainers: [{name: init-files}]}", "init-files", "Podflow's helper"],
  ["podSpec: {initContainers: [{name: main}]}", "main", "An init container"],
  ["podSpec: {containers: [{image: x}]}", "{image: x}", "needs a `name`"],
  ["podSpec: {containers: {name: x}}", "{name: x}", "must be a list"],
  ["podSpec: {volumes: [x]}", "x", "must be a map"],
  ["podSpec: {volumes: [{name: kestra-files}]}", "kestra-files", "is Podflow's own"],
  ["podSpec: {volumes: [{name: kestra-files, hostPath: {}}]}", "kestra-files", "is Podflow's own"],
  ["podSpec: {volumes: [{name: podflow, emptyDir: {}}]}", "podflow", "is Podflow's own"],
  ["fileSidecar: {defaultSpec: {workingDir: /x}}", "/x", "The helper works"],
  ["fileSidecar: {defaultSpec: {command: [x]}}", "[x]", "The helper runs"],
  ["fileSideCarSpec: {name: x}", "x", "The helper's name"],
  [
    "containerSpec: {volumeMounts: [{name: x, mountPath: /kestra/working-dir/}]}",
    "/kestra/working-dir/",
    "its files are moved",
    "outputFiles: [a]",
  ],
  [
    "containerSpec: {volumeMounts: [{name: kestra-files, mountPath: /kestra, readOnly: true}]}",
    "/kestra",
    "its files are moved",
  ],
  [
    "containerSpec: {volumeMounts: [{name: kestra-files, mountPath: /kestra/podflow}]}",
    "/kestra/podflow",
    "its files are moved",
  ],
  [
    "containerSpec: {volumeMounts: [{name: kestra-files, mountPath: /kestra/working-dir, subPath: x}]}",
    "/kestra/working-dir",
    "its files are moved",
  ],
  [
    "containerSpec: {workingDir: /tmp}",
    "/tmp",
    "works in its working directory",
    "inputFiles: {a: b}",
  ],
];

describe("a pod that would break what the task rests on", () => {
  test.each(BREACHES)("is refused while typing, at its place: %s", (runner, text, words, task) => {
    const source = flowWith(runner, task);
    const { flow, problems } = parseFlow(source, catalogue);
    const [problem] = problems.filter(({ severity }) => severity === "error");
    expect(flow).toBeNull();
    expect(problem?.message).toContain(words);
    const { startLine, startColumn, endColumn } = problem?.range ?? {};
    const line = source.split("\n")[(startLine ?? 1) - 1];
    expect(line?.slice((startColumn ?? 1) - 1, (endColumn ?? 1) - 1)).toBe(text);
  });

  test.each<[string, (string | number)[], string?]>([
    ['podSpec: {restartPolicy: "{{ name }}"}', ["taskRunner", "podSpec", "restartPolicy"]],
    [
      'containerSpec: {volumeMounts: [{name: x, mountPath: "{{ workingDir }}"}]}',
      ["taskRunner", "containerSpec", "volumeMounts", 0, "mountPath"],
      "outputFiles: [a]",
    ],
  ])("by an expression is refused before any pod: %s", async (runner, path, task) => {
    const failure = await planned(runner, task).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TaskFailure);
    expect(failure).toMatchObject({ path, failure: { kind: "config", fault: "user" } });
  });

  test.each([
    "{name: kestra-files, mountPath: /kestra}",
    "{name: kestra-files, mountPath: /kestra/}",
    "{name: kestra-files, mountPath: /kestra/working-dir}",
    "{name: kestra-files, mountPath: /kestra/working-dir, subPath: working-dir}",
    "{name: kestra-files, mountPath: /data, readOnly: true}",
  ])("is none that mounts its own files as in Kestra: %s", (mount) => {
    const runner = [
      `containerSpec: {volumeMounts: [${mount}]}`,
      `containerDefaultSpec: {volumeMounts: [${mount}]}`,
      `podSpec: {containers: [{name: main, volumeMounts: [${mount}]}]}`,
    ].join("\n");
    expect(parseFlow(flowWith(runner, "inputFiles: {a: b}"), catalogue).problems).toEqual([]);
  });

  test("leaves everything else to the user", () => {
    const runner = `podSpec:
  restartPolicy: Never
  containers:
    - {name: main, workingDir: /srv}
    - {name: side, image: x, command: [a], livenessProbe: {}}
  initContainers: [{name: proxy, restartPolicy: Always}]
  volumes: [{name: data}]
containerSpec:
  name: main
  volumeMounts: [{name: data, mountPath: /kestra/working-dir}]`;
    const { problems } = parseFlow(flowWith(runner), catalogue);
    expect(problems).toEqual([]);
    const size = "podSpec: {volumes: [{name: kestra-files, emptyDir: {sizeLimit: 1Gi}}]}";
    expect(parseFlow(flowWith(size), catalogue).problems).toEqual([]);
  });
});

test.each([
  ["podSpec: {tolerationss: []}", "tolerationss", "tolerations"],
  ["containerSpec: {volumeMount: []}", "volumeMount", "volumeMounts"],
  ["containerDefaultSpec: {securitycontext: {}}", "securitycontext", "securityContext"],
  [
    "podSpec: {containers: [{name: x, imagePulPolicy: Never}]}",
    "imagePulPolicy",
    "imagePullPolicy",
  ],
  ["fileSidecar: {defaultSpec: {enf: []}}", "enf", "env"],
])("a property that is most likely misspelled is a warning: %s", (runner, written, meant) => {
  const { flow, problems } = parseFlow(flowWith(runner), catalogue);
  expect(flow?.canRun).toBe(true);
  expect(problems).toMatchObject([
    {
      severity: "warning",
      message: `Kubernetes knows no \`${written}\` here. Did you mean \`${meant}\`?`,
    },
  ]);
});

test("whatever stands in the parts of a pod, reading it ends in a flow or in problems", () => {
  const names = ["podSpec", "containerSpec", "containerDefaultSpec", "fileSideCarSpec"];
  const keys = [
    "containers",
    "initContainers",
    "volumes",
    "volumeMounts",
    "name",
    "command",
    "mode",
  ];
  const { part } = fc.letrec<{ part: unknown }>((tie) => ({
    part: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(null, "main", 1, true, "{{ x }}"),
      fc.array(tie("part"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie("part")),
    ),
  }));
  fc.assert(
    fc.property(fc.constantFrom(...names), part, (name, value) => {
      const { flow, problems } = parseFlow(
        flowWith(`${name}: ${JSON.stringify(value)}`),
        catalogue,
      );
      expect(flow !== null || problems.length > 0).toBe(true);
    }),
  );
});

test("a property that only a newer cluster may know is left to it", () => {
  const { problems } = parseFlow(flowWith("podSpec: {quantumEntanglement: true}"), catalogue);
  expect(problems).toEqual([]);
});
