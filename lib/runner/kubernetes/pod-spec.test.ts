import fc from "fast-check";
import { expect, test } from "vitest";
import type { AttemptSpec, InputFile } from "../contract.ts";
import { literal, podFromSpec } from "./pod-spec.ts";
import { PLAIN_POD } from "../contract-suite/plain-pod.ts";

const never = (): never => {
  throw new Error("not opened here");
};
const file = (path: string, size: number): InputFile => ({
  path,
  size,
  sha256: "0".repeat(64),
  isExecutable: false,
  open: never,
});

function spec(changes: Partial<AttemptSpec> = {}): AttemptSpec {
  return {
    attemptId: "4bKz2",
    identity: {
      namespace: "company.team",
      flowId: "my_flow",
      taskId: "shell",
      executionId: "exec1",
      taskRunId: "run1",
      attemptNumber: 2,
    },
    image: "ubuntu",
    command: ["/bin/sh", "-c", "echo $HOME"],
    env: { WORKING_DIR: "/kestra/working-dir" },
    inputFiles: [],
    keepsFiles: false,
    hasOutputDir: false,
    timeoutSeconds: null,
    ...changes,
    kubernetes: {
      ...PLAIN_POD,
      pullPolicy: "Always",
      waitUntilRunningSeconds: 600,
      ...changes.kubernetes,
    },
  };
}

const podOf = (changes: Partial<AttemptSpec> = {}) => {
  const inline = (changes.inputFiles ?? []).map((input) => ({ ...input, bytes: Buffer.from("x") }));
  return podFromSpec(spec(changes), { installationId: "here", namespace: "pods", inline });
};

test("a task without files is the user's container alone, as it is written", () => {
  expect(podOf()).toEqual({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: expect.stringMatching(/^companyteam-my-flow-shell-[a-z0-9]{5}$/),
      namespace: "pods",
      labels: {
        "kestra.io/namespace": "company.team",
        "kestra.io/flow-id": "my_flow",
        "kestra.io/task-id": "shell",
        "kestra.io/execution-id": "exec1",
        "kestra.io/taskrun-id": "run1",
        "kestra.io/taskrun-attempt": "2",
        "podflow.dev/installation": "here",
        "podflow.dev/execution-id": "exec1",
        "podflow.dev/task-run-id": "run1",
        "podflow.dev/attempt-id": "4bKz2",
      },
      annotations: {
        "podflow.dev/wait-until-running-seconds": "600",
        "podflow.dev/files": "none",
      },
    },
    spec: {
      restartPolicy: "Never",
      containers: [
        {
          name: "main",
          image: "ubuntu",
          imagePullPolicy: "Always",
          command: [
            "/bin/sh",
            "-c",
            "echo 'podflow: the log of attempt 4bKz2 begins here'\nexec \"$@\"",
            "podflow",
            "/bin/sh",
            "-c",
            "echo $HOME",
          ],
          env: [{ name: "WORKING_DIR", value: "/kestra/working-dir" }],
        },
      ],
    },
  });
});

test("the user's labels are there, and those of the system win", () => {
  const labels = { team: "data", "kestra.io/flow-id": "forged" };
  const { metadata } = podOf({ kubernetes: { ...spec().kubernetes, labels } });
  expect(metadata.labels).toMatchObject({ team: "data", "kestra.io/flow-id": "my_flow" });
});

const small = { inputFiles: [file("a/b", 10)] };
const medium = { inputFiles: [file("a/b", 50_000)] };
const program = { command: ["python", "x.py"] };
const shapes: [string, Partial<AttemptSpec>, string, string[], string[]][] = [
  ["a shell that gets a small file", { inputFiles: [file("a", 9)] }, "self", [], ["main"]],
  [
    "such a shell whose files are kept",
    { ...small, keepsFiles: true },
    "self",
    [],
    ["main", "files"],
  ],
  ["a shell that gets a folder and keeps nothing", small, "gate", [], ["files", "main"]],
  [
    "a shell with an output folder",
    { hasOutputDir: true, keepsFiles: true },
    "self",
    [],
    ["main", "files"],
  ],
  ["a shell that gets more", { ...medium, keepsFiles: true }, "gate", [], ["files", "main"]],
  [
    "a shell that gets a program",
    { inputFiles: [{ ...file("a", 1), isExecutable: true }] },
    "gate",
    [],
    ["files", "main"],
  ],
  ["a shell that gets much", { inputFiles: [file("a", 10e6)] }, "gate", [], ["files", "main"]],
  [
    "any program whose files are kept",
    { ...program, keepsFiles: true },
    "keep",
    [],
    ["main", "files"],
  ],
  [
    "a program that gets files and cannot wait",
    { ...small, ...program },
    "init",
    ["init-files"],
    ["main"],
  ],
  [
    "such a program whose files are kept",
    { ...small, ...program, keepsFiles: true },
    "init",
    ["init-files"],
    ["main", "files"],
  ],
];
test.each(shapes)("%s has the shape that costs least", (...[, changes, shape, inits, names]) => {
  const { metadata, spec: made } = podOf(changes);
  expect(metadata.annotations["podflow.dev/files"]).toBe(shape);
  expect((made.initContainers ?? []).map(({ name }) => name)).toEqual(inits);
  expect(made.containers.map(({ name }) => name)).toEqual(names);
  for (const container of [...made.containers, ...(made.initContainers ?? [])]) {
    expect(container.workingDir).toBe("/kestra/working-dir");
    expect(container.volumeMounts).toHaveLength(2);
  }
});

test.each([
  ["behind the gate", medium],
  ["that brings its own files", { inputFiles: [file("b", 1)] }],
])("main %s becomes the user's command", (_name, changes) => {
  const { spec: made } = podOf({ ...changes, command: ["/bin/bash", "-c", "ls"] });
  const main = made.containers.find(({ name }) => name === "main");
  expect(main?.command?.slice(0, 3)).toEqual(["/bin/bash", "-p", "-c"]);
  expect(main?.command?.slice(-3)).toEqual(["/bin/bash", "-c", "ls"]);
});

test("files that travel with the pod are in the helper's environment alone", () => {
  const { spec: made } = podOf(medium);
  const envOf = (name: string) => made.containers.find((container) => container.name === name)?.env;
  expect(envOf("files")?.map(({ name }) => name)).toEqual(["F0"]);
  expect(envOf("main")?.map(({ name }) => name)).toEqual(["WORKING_DIR"]);
});

test("a timeout is the container's, with the pod's as a net below it", () => {
  const { spec: made, metadata } = podOf({ timeoutSeconds: 90.5 });
  expect(made.containers[0]?.livenessProbe).toMatchObject({
    initialDelaySeconds: 91,
    failureThreshold: 1,
  });
  expect(made.activeDeadlineSeconds).toBe(91 + 600 + 60);
  expect(metadata.annotations["podflow.dev/timeout-seconds"]).toBe("90.5");
});

test("a timeout that is longer than Kubernetes can count is as long as it can", () => {
  const longest = 2 ** 31 - 1;
  const { spec: made } = podOf({ timeoutSeconds: 100 * 365 * 24 * 3600 });
  expect(made.containers[0]?.livenessProbe).toMatchObject({ initialDelaySeconds: longest });
  expect(made.activeDeadlineSeconds).toBe(longest);
});

test("a long upload is not taken from the task's time", () => {
  const big = file("big", 500 * 1024 ** 2);
  const { spec: made } = podOf({ timeoutSeconds: 60, inputFiles: [big] });
  const main = made.containers.find(({ name }) => name === "main");
  expect(main?.livenessProbe).toMatchObject({ initialDelaySeconds: 560 });
});

const withResources = (requests: Record<string, string>, limits: Record<string, string>) =>
  podOf({ keepsFiles: true, kubernetes: { ...spec().kubernetes, resources: { requests, limits } } })
    .spec.containers;

test.each([
  ["nothing", {}, {}, undefined],
  ["requests", { cpu: "1" }, {}, { requests: { cpu: "10m" }, limits: {} }],
  [
    "limits that are the requests too",
    {},
    { memory: "1Gi" },
    { requests: { memory: "128Mi" }, limits: { memory: "128Mi" } },
  ],
  [
    "both alike",
    { cpu: "1", memory: "1Gi" },
    { cpu: "1", memory: "1Gi" },
    { requests: { cpu: "250m", memory: "128Mi" }, limits: { cpu: "250m", memory: "128Mi" } },
  ],
  ["a device", {}, { "nvidia.com/gpu": "1" }, undefined],
])("the helper asks for what main asks for: %s", (_name, requests, limits, expected) => {
  const helper = withResources(requests, limits).find(({ name }) => name === "files");
  expect(helper?.resources).toEqual(expected);
});

test("what main asks for in its raw parts counts for the helper, unless it has its own", () => {
  const raw = { limits: { memory: "1Gi" } };
  const helperOf = (more: Partial<AttemptSpec["kubernetes"]>) =>
    podOf({ keepsFiles: true, kubernetes: { ...spec().kubernetes, ...more } }).spec.containers[1]
      ?.resources;
  const own = { requests: { memory: "128Mi" }, limits: { memory: "128Mi" } };
  expect(helperOf({ containerSpec: { resources: raw } })).toEqual(own);
  expect(helperOf({ podSpec: { containers: [{ name: "main", resources: raw }] } })).toEqual(own);
  expect(helperOf({ containerDefaultSpec: { resources: raw } })).toEqual(raw);
  const helperResources = { requests: { cpu: "1" }, limits: {} };
  expect(helperOf({ containerSpec: { resources: raw }, helperResources })).toEqual(helperResources);
});

test("the helper has main's memory where files are kept in memory, which counts as the writer's", () => {
  const resources = { requests: {}, limits: { memory: "4Gi" } };
  const volumes = [{ name: "kestra-files", emptyDir: { medium: "Memory" } }];
  const kubernetes = { ...spec().kubernetes, resources, podSpec: { volumes } };
  const { containers } = podOf({ keepsFiles: true, kubernetes }).spec;
  expect(containers[1]?.resources?.limits).toEqual({ memory: "4Gi" });
});

test("service account and node selector are only there when they are set", () => {
  const kubernetes = {
    ...spec().kubernetes,
    serviceAccountName: "runner",
    nodeSelector: { disk: "ssd" },
  };
  expect(podOf({ kubernetes }).spec).toMatchObject({
    serviceAccountName: "runner",
    nodeSelector: { disk: "ssd" },
  });
  expect(Object.keys(podOf().spec)).toEqual(["restartPolicy", "containers"]);
});

/** k8s.io/kubernetes/third_party/forked/golang/expansion/expand.go */
function expand(text: string): string {
  return text.replace(/\$(\$|\([^)]*\)|)/g, (found, after: string) =>
    after === "$" ? "$" : after === "" ? found : "EXPANDED",
  );
}

test("any text reaches the container as it is", () => {
  const text = fc.string({ unit: fc.constantFrom("$", "(", ")", "a", "{", " ") });
  fc.assert(
    fc.property(text, (value) => {
      expect(expand(literal(value))).toBe(value);
    }),
  );
  expect(literal("echo $HOME ${A}")).toBe("echo $HOME ${A}");
});

test("annotations of the user are there, and those of the system win", () => {
  const annotations = { "sidecar.istio.io/inject": "false", "podflow.dev/files": "forged" };
  const { metadata } = podOf({ kubernetes: { ...spec().kubernetes, annotations } });
  expect(metadata.annotations).toMatchObject({
    "sidecar.istio.io/inject": "false",
    "podflow.dev/files": "none",
  });
});

test("what a flow says of its containers reaches main and the helper, and no more than that", () => {
  const kubernetes = {
    ...spec().kubernetes,
    pullPolicy: null,
    containerDefaultSpec: { imagePullPolicy: "Never", resources: { limits: { cpu: "1" } } },
    helperResources: { requests: {}, limits: { cpu: "2" } },
    containerSpec: {
      env: [
        { name: "WORKING_DIR", value: "/x" },
        { name: "A", value: "b" },
      ],
    },
  };
  const { spec: made } = podOf({ keepsFiles: true, timeoutSeconds: 5, kubernetes });
  const [main, helper] = made.containers;
  expect(main).toMatchObject({
    name: "main",
    imagePullPolicy: "Never",
    resources: { limits: { cpu: "1" } },
    env: [
      { name: "WORKING_DIR", value: "/kestra/working-dir" },
      { name: "A", value: "b" },
    ],
    livenessProbe: { failureThreshold: 1 },
  });
  expect(helper).toMatchObject({
    name: "files",
    imagePullPolicy: "Never",
    resources: { limits: { cpu: "2" } },
  });
});

test("a container beside main shares the working directory by the name of its volume", () => {
  const volumeMounts = [{ name: "kestra-files", mountPath: "/data" }];
  const podSpec = { containers: [{ name: "side", image: "busybox", volumeMounts }] };
  const { spec: made } = podOf({ kubernetes: { ...spec().kubernetes, podSpec } });
  expect(made.volumes?.map(({ name }) => name)).toEqual(["kestra-files", "podflow"]);
  expect(made.containers[0]).toMatchObject({ name: "main", workingDir: "/kestra/working-dir" });
  expect(made.containers[1]).toEqual({ name: "side", image: "busybox", volumeMounts });
});

test("a flow may say of the volume with the files how large it gets and whether it is memory", () => {
  const emptyDir = { medium: "Memory", sizeLimit: "1Gi" };
  const podSpec = {
    volumes: [
      { name: "data", emptyDir: {} },
      { name: "kestra-files", emptyDir },
    ],
  };
  const { spec: made } = podOf({ kubernetes: { ...spec().kubernetes, podSpec } });
  expect(made.volumes).toEqual([
    { name: "kestra-files", emptyDir },
    { name: "podflow", emptyDir: {} },
    { name: "data", emptyDir: {} },
  ]);
});

test("whatever a flow says of its pod, what the task rests on holds", () => {
  const keys = ["name", "command", "livenessProbe", "restartPolicy", "workingDir", "volumes"];
  const lists = ["containers", "initContainers", "volumeMounts", "env"];
  const { part } = fc.letrec<{ part: unknown }>((tie) => ({
    part: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<unknown>(null, "main", "files", 1, true),
      fc.array(tie("part"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys, ...lists), tie("part")),
    ),
  }));
  const map = fc.dictionary(fc.constantFrom(...keys, ...lists), part);
  const parts = fc.record({
    podSpec: map,
    containerSpec: map,
    containerDefaultSpec: map,
    helperSpec: map,
  });
  fc.assert(
    fc.property(parts, (written) => {
      const kubernetes = { ...spec().kubernetes, ...written };
      const { spec: made } = podOf({ keepsFiles: true, timeoutSeconds: 5, kubernetes });
      const [main, helper] = made.containers;
      expect(made.restartPolicy).toBe("Never");
      expect(made.volumes?.slice(0, 2).map(({ name }) => name)).toEqual([
        "kestra-files",
        "podflow",
      ]);
      expect(main).toMatchObject({ name: "main", workingDir: "/kestra/working-dir" });
      expect(main?.command?.at(-1)).toBe("echo $HOME");
      expect(main?.livenessProbe).toMatchObject({ initialDelaySeconds: 5 });
      expect(main?.env?.[0]).toEqual({ name: "WORKING_DIR", value: "/kestra/working-dir" });
      expect(main?.volumeMounts?.[0]?.mountPath).toBe("/kestra/working-dir");
      expect(helper).toMatchObject({ name: "files", workingDir: "/kestra/working-dir" });
      expect(made.containers.filter(({ name }) => name === "main")).toHaveLength(1);
    }),
  );
});
