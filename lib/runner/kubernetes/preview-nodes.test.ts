import { expect, test } from "vitest";
import { nodeFindings, type NodeView } from "./preview-nodes.ts";
import type { PodView } from "./preview-pod.ts";

const node = (name: string, changes: Partial<NodeView["spec"]> & object = {}): NodeView => ({
  metadata: { name, labels: { disk: "hdd", zone: name, cores: "4" } },
  spec: changes,
  status: {
    conditions: [{ type: "Ready", status: "True" }],
    allocatable: { cpu: "2", memory: "4Gi" },
  },
});
const TAINT = { key: "gpu", value: "yes", effect: "NoSchedule" };
const NODES = [node("a"), node("b", { taints: [TAINT] })];
const affinity = (key: string, operator: string, ...values: string[]): PodView => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key, operator, values }] }],
      },
    },
  },
});
const asks = (requests: Record<string, string>): PodView => ({
  containers: [{ resources: { requests } }, { resources: { limits: { cpu: "1" } } }],
});

test.each<[string, PodView, string[]]>([
  ["asks for nothing", {}, []],
  ["has a label that a node has", { nodeSelector: { disk: "hdd" } }, []],
  [
    "has one that none has",
    { nodeSelector: { disk: "ssd", zone: "a" } },
    ["spec.nodeSelector[disk]"],
  ],
  ["wants a tainted node", { nodeSelector: { zone: "b" } }, ["spec.nodeSelector[zone]"]],
  [
    "tolerates the taint",
    { nodeSelector: { zone: "b" }, tolerations: [{ key: "gpu", operator: "Exists" }] },
    [],
  ],
  [
    "tolerates another value",
    { nodeSelector: { zone: "b" }, tolerations: [{ key: "gpu", value: "no" }] },
    ["spec.nodeSelector[zone]"],
  ],
  ["fits", asks({ cpu: "1", memory: "4Gi" }), []],
  [
    "is too large with its second container",
    asks({ cpu: "1500m" }),
    ["spec.containers[0].resources.requests[cpu]"],
  ],
  [
    "asks for a device",
    asks({ "nvidia.com/gpu": "1" }),
    ["spec.containers[0].resources.requests[nvidia.com/gpu]"],
  ],
  ["is of an affinity that holds", affinity("zone", "In", "a", "x"), []],
  ["is of one that does not", affinity("zone", "NotIn", "a", "b"), ["spec.affinity"]],
  ["counts cores", affinity("cores", "Gt", "3"), []],
  ["counts too many cores", affinity("cores", "Gt", "4"), ["spec.affinity"]],
  ["wants a label to be there", affinity("ssd", "Exists"), ["spec.affinity"]],
])("a pod that %s", (_name, pod, fields) => {
  const found = nodeFindings(pod, NODES, "spec.containers[0]");
  expect(found.map(({ field }) => field)).toEqual(fields);
  expect(found.every(({ severity }) => severity === "warning")).toBe(true);
});

test("nodes that take no pods do not count", () => {
  const cordoned = node("a", { unschedulable: true });
  expect(nodeFindings({}, [cordoned], "spec.containers[0]")).toMatchObject([
    { severity: "warning", message: expect.stringContaining("None of the 1 nodes") },
  ]);
});
