import { expect, test } from "vitest";
import type { SpecPath } from "../contract.ts";
import { podFromSpec } from "./pod-spec.ts";
import { specPathOf } from "./spec-path.ts";
import { scriptSpec } from "./test-stage.ts";

const spec = scriptSpec("true", {
  keepsFiles: true,
  env: { WORKING_DIR: "/kestra/working-dir", TZ: "UTC" },
  kubernetes: {
    labels: { team: "a b" },
    resources: { requests: { cpu: "2" }, limits: { cpu: "1", "nvidia.com/gpu": "x" } },
    nodeSelector: { disk: "ssd" },
    serviceAccountName: "nobody",
    helperSpec: { securityContext: { runAsUser: 1 } },
    containerDefaultSpec: { env: [{ name: "ALL", value: "1" }], securityContext: { runAsUser: 0 } },
    podSpec: {
      foo: 1,
      tolerations: [{ operator: "Exists" }, { operator: "Bad" }],
      volumes: [{ name: "data", emptydir: {} }],
      nodeSelector: { zone: "b c" },
      containers: [
        { name: "side", image: "x", ports: [{ containerPort: "a" }] },
        { name: "main", tty: "x" },
      ],
      initContainers: [{ name: "clone" }],
    },
    containerSpec: { volumeMounts: [{ name: "nope", mountPath: "/x" }], bar: 1 },
  },
});
const pod = podFromSpec(spec, { installationId: "here", namespace: "pods", inline: [] });
const ofPodSpec = (...path: SpecPath): SpecPath => ["kubernetes", "podSpec", ...path];

test("the pod of these cases has main first, then the helper, then the user's", () => {
  expect(pod.spec.containers.map(({ name }) => name)).toEqual(["main", "files", "side"]);
});

test.each<[string, SpecPath | null]>([
  ["spec.foo", ofPodSpec("foo")],
  ["spec.tolerations[1].operator", ofPodSpec("tolerations", 1, "operator")],
  ["spec.template.spec.tolerations[1].operator", ofPodSpec("tolerations", 1, "operator")],
  ["spec.volumes[2].emptydir", ofPodSpec("volumes", 0, "emptydir")],
  ["spec.nodeSelector", ofPodSpec("nodeSelector")],
  ["spec.nodeSelector[disk]", ["kubernetes", "nodeSelector", "disk"]],
  ["spec.serviceAccountName", ["kubernetes", "serviceAccountName"]],
  ["spec.containers[0].image", ["image"]],
  ["spec.containers[0].bar", ["kubernetes", "containerSpec", "bar"]],
  ["spec.containers[0].tty", ofPodSpec("containers", 1, "tty")],
  [
    "spec.containers[0].volumeMounts[2].name",
    ["kubernetes", "containerSpec", "volumeMounts", 0, "name"],
  ],
  ["spec.containers[0].env[1].name", ["kubernetes", "containerDefaultSpec", "env", 0, "name"]],
  ["spec.containers[0].env[2].value", ["env", "TZ"]],
  ["spec.containers[0].resources.requests", ["kubernetes", "resources", "requests"]],
  [
    "spec.containers[0].resources.limits[nvidia.com/gpu]",
    ["kubernetes", "resources", "limits", "nvidia.com/gpu"],
  ],
  [
    "spec.containers[1].securityContext.runAsUser",
    ["kubernetes", "helperSpec", "securityContext", "runAsUser"],
  ],
  ["spec.containers[1].image", ["kubernetes", "helperImage"]],
  [
    "spec.containers[2].ports[0].containerPort",
    ofPodSpec("containers", 0, "ports", 0, "containerPort"),
  ],
  [
    "spec.containers[2].securityContext.runAsUser",
    ["kubernetes", "containerDefaultSpec", "securityContext", "runAsUser"],
  ],
  ["spec.containers.ports.containerPort", ofPodSpec("containers", 0, "ports", 0, "containerPort")],
  ["spec.initContainers[0].image", ofPodSpec("initContainers", 0)],
  ["metadata.labels", ["kubernetes", "labels"]],
  ["metadata.labels[team]", ["kubernetes", "labels", "team"]],
  ["metadata.name", null],
  ["spec.containers[0].command[0]", ["command"]],
  ["status", null],
])("the field %s comes from %j", (field, path) => {
  expect(specPathOf(field, pod.spec, spec)).toEqual(path);
});
