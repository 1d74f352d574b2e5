import { expect, test } from "vitest";
import { imageFindings } from "./preview-image.ts";
import type { NodeView } from "./preview-nodes.ts";

const node = (...names: string[]): NodeView => ({
  metadata: { name: "a" },
  status: {
    conditions: [{ type: "Ready", status: "True" }],
    images: names.map((name) => ({ names: [name] })),
  },
});
const BUSYBOX = "docker.io/library/busybox:latest";
const FULL = node(...Array.from({ length: 50 }, (_, index) => `registry.example/${index}:1`));

test.each<[string, string, NodeView[] | null, string]>([
  ["Never", "every node has it", [node(BUSYBOX)], "info"],
  ["Never", "some have it", [node(BUSYBOX), node()], "warning"],
  ["Never", "none has it", [node("docker.io/library/other:1")], "warning"],
  ["Never", "nodes do not name all they have", [FULL], "not-checked"],
  ["Never", "nodes cannot be read", null, "not-checked"],
  ["IfNotPresent", "every node has it", [node(BUSYBOX)], "info"],
  ["IfNotPresent", "none has it", [node()], "not-checked"],
  ["Always", "every node has it", [node(BUSYBOX)], "not-checked"],
])("with pullPolicy %s and no registry asked, when %s", async (policy, _when, nodes, severity) => {
  const pod = { containers: [{ image: "busybox", imagePullPolicy: policy }] };
  const { signal } = new AbortController();
  const question = { asksRegistries: false, nodes: Promise.resolve(nodes), signal };
  expect(await imageFindings(pod, question)).toMatchObject([
    { severity, check: "image", field: "spec.containers[0].image" },
  ]);
});

test("an image that two containers have is told of once", async () => {
  const pod = { containers: [{ image: "a b" }, { image: "a b" }], initContainers: [{}] };
  const { signal } = new AbortController();
  const question = { asksRegistries: true, nodes: Promise.resolve(null), signal };
  const found = await imageFindings(pod, question);
  expect(found.map(({ field, severity }) => `${severity} ${field}`)).toEqual([
    "error spec.containers[0].image",
    "error spec.initContainers[0].image",
  ]);
});
