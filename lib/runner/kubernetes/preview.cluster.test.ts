import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "#e2e/cluster/api.ts";
import { startCluster } from "#e2e/cluster/cluster.ts";
import type { Cluster } from "#e2e/cluster/contract.ts";
import { kubeconfigOfNobody, kubeconfigOfServiceAccount } from "#e2e/cluster/faults.ts";
import type { PreviewFinding, Runner, RunPreview } from "../contract.ts";
import {
  scriptSpec,
  type SpecChanges,
  type TestNamespace,
  openTestNamespace,
} from "./test-stage.ts";

let cluster: Cluster;
let admin: Api;
let open: TestNamespace;
/** Its Pod Security level is `restricted`, and its quota has room for no pod. */
let strict: TestNamespace;
let runner: Runner;
let folder: string;

beforeAll(async () => {
  cluster = await startCluster({ log: (line) => process.stderr.write(`${line}\n`) });
  admin = await openApi(cluster.kubeconfigPath);
  open = await openTestNamespace(cluster.kubeconfigPath);
  strict = await openTestNamespace(cluster.kubeconfigPath);
  runner = await open.runner({ asksRegistries: true });
  folder = await mkdtemp(join(tmpdir(), "podflow-preview-"));
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  await strict.api.call("PATCH", `/api/v1/namespaces/${strict.name}`, {
    body: { metadata: { labels } },
    signal: AbortSignal.timeout(90_000),
  });
  await strict.call("POST", "/resourcequotas", {
    metadata: { name: "none" },
    spec: { hard: { pods: "0" } },
  });
});

afterAll(async () => {
  await Promise.all([open.remove(), strict.remove()]);
  await admin.close();
  await rm(folder, { recursive: true });
  await cluster.stop();
});

function preview(changes: SpecChanges, by: Runner = runner): Promise<RunPreview> {
  const image = `${cluster.registry}/podflow-test/nonroot`;
  const spec = scriptSpec("echo hi", { image, ...changes });
  return by.preview(spec, AbortSignal.timeout(90_000));
}

function wrong({ findings }: RunPreview): PreviewFinding[] {
  return findings.filter(({ severity }) => severity === "error" || severity === "warning");
}

test("a task that can run shows its pod, and that its image is there", async () => {
  const found = await preview({ kubernetes: { labels: { team: "data" } } });
  expect(wrong(found)).toEqual([]);
  expect(found.manifest).toMatchObject({
    kind: "Pod",
    metadata: { namespace: open.name, labels: { team: "data" } },
    spec: { restartPolicy: "Never", containers: [{ name: "main", command: expect.any(Array) }] },
  });
  expect(found.findings).toMatchObject([{ severity: "info", check: "image" }]);
});

test.each<[string, SpecChanges, Partial<PreviewFinding>]>([
  [
    "a node selector that no node meets",
    { kubernetes: { nodeSelector: { disk: "ssd" } } },
    { severity: "warning", check: "nodes", place: ["kubernetes", "nodeSelector", "disk"] },
  ],
  [
    "more than any node has",
    { kubernetes: { resources: { requests: { cpu: "9000" }, limits: {} } } },
    { severity: "warning", check: "nodes", field: "spec.containers[0].resources.requests[cpu]" },
  ],
  [
    "a service account that is not there",
    { kubernetes: { serviceAccountName: "nobody" } },
    { severity: "error", check: "service-account", field: "spec.serviceAccountName" },
  ],
  [
    "a field that a pod does not have",
    { kubernetes: { podSpec: { tolerationz: [{ operator: "Exists" }] } } },
    {
      severity: "error",
      check: "manifest",
      field: "spec.tolerationz",
      place: ["kubernetes", "podSpec", "tolerationz"],
    },
  ],
  [
    "a value of another kind",
    { kubernetes: { podSpec: { hostNetwork: "maybe" } } },
    { severity: "error", check: "manifest", place: ["kubernetes", "podSpec", "hostNetwork"] },
  ],
  [
    "a volume of a claim that is not there",
    {
      kubernetes: {
        podSpec: { volumes: [{ name: "d", persistentVolumeClaim: { claimName: "none" } }] },
      },
    },
    {
      severity: "error",
      check: "references",
      place: ["kubernetes", "podSpec", "volumes", 0, "persistentVolumeClaim", "claimName"],
    },
  ],
  [
    "a name that cannot be an image",
    { image: "Busybox:1" },
    { severity: "error", check: "image", field: "spec.containers[0].image" },
  ],
  [
    "an amount that is none",
    { kubernetes: { resources: { requests: {}, limits: { memory: "much" } } } },
    { severity: "error", check: "manifest", field: "spec.containers[0].resources.limits[memory]" },
  ],
  [
    "a label that the API server does not take",
    { kubernetes: { labels: { team: "a b" } } },
    { severity: "error", check: "manifest", field: "metadata.labels" },
  ],
  [
    "a namespace that is not there",
    { kubernetes: { namespace: "no-such-namespace" } },
    { severity: "error", check: "namespace", field: "metadata.namespace" },
  ],
])("%s is told before the run, at its field", async (_name, changes, finding) => {
  const found = await preview(changes);
  expect(wrong(found)).toMatchObject([finding]);
  expect(found.manifest).not.toBeNull();
});

test.each([
  ["Always", "error"],
  ["IfNotPresent", "warning"],
] as const)("an image that its registry lacks is told (%s)", async (pullPolicy, severity) => {
  const image = `${cluster.registry}/podflow-test/not-there:7`;
  const found = await preview({ image, kubernetes: { pullPolicy } });
  expect(wrong(found)).toMatchObject([{ severity, check: "image" }]);
});

test("Pod Security and the quota are told in one preview, and so is the level", async () => {
  const { findings } = await preview({ kubernetes: { namespace: strict.name } });
  expect(findings).toMatchObject([
    {
      severity: "error",
      check: "admission",
      field: "spec.containers[0].securityContext",
      evidence: expect.stringContaining('violates PodSecurity "restricted'),
    },
    { severity: "error", check: "quota", message: expect.stringContaining("pods is 0 of 0") },
    { severity: "info", check: "admission", message: expect.stringContaining("restricted") },
    { severity: "info", check: "image" },
  ]);
});

test("a Job is shown as it is sent, and its pod is tried as well", async () => {
  const kubernetes = { namespace: strict.name, asJob: true };
  const { manifest, findings } = await preview({ kubernetes });
  expect(manifest).toMatchObject({ kind: "Job", spec: { template: { spec: expect.anything() } } });
  const errors = findings.filter(({ severity }) => severity === "error");
  expect(errors).toMatchObject([{ check: "admission" }, { check: "quota" }]);
});

test("a level that the namespace only warns about is a warning", async () => {
  const body = { metadata: { labels: { "pod-security.kubernetes.io/warn": "restricted" } } };
  const path = `/api/v1/namespaces/${open.name}`;
  await open.api.call("PATCH", path, { body, signal: AbortSignal.timeout(90_000) });
  await expect
    .poll(async () => wrong(await preview({})), { timeout: 90_000 })
    .toMatchObject([
      {
        severity: "warning",
        check: "admission",
        evidence: expect.stringContaining("allowPrivilegeEscalation"),
      },
    ]);
});

test("what a rule of the cluster adds is told", async () => {
  const range = { type: "Container", default: { memory: "64Mi" } };
  await open.call("POST", "/limitranges", {
    metadata: { name: "small" },
    spec: { limits: [range] },
  });
  await expect
    .poll(async () => (await preview({})).findings, { timeout: 90_000 })
    .toContainEqual(expect.objectContaining({ severity: "info", check: "admission" }));
  await open.call("DELETE", "/limitranges/small");
});

test("what the connection's user may not see is said not to be checked", async () => {
  const account = { namespace: open.name, name: "podflow" };
  const kubeconfigPath = await kubeconfigOfServiceAccount(admin, folder, account);
  const stranger = await open.runner({ kubeconfigPath });
  const { findings } = await preview({}, stranger);
  const missing = findings.filter(({ severity }) => severity === "error");
  expect(missing).toMatchObject([
    { check: "permissions", message: expect.stringContaining("create pods") },
  ]);
  // Only what this very task needs, and apart from it what it does without.
  expect(missing[0]?.message).not.toMatch(/exec|secrets|jobs|events/);
  expect(findings.filter(({ severity }) => severity === "warning")).toMatchObject([
    { check: "permissions", message: expect.stringContaining("watch events") },
  ]);
  const ofJob = await preview({ keepsFiles: true, kubernetes: { asJob: true } }, stranger);
  expect(wrong(ofJob)[0]?.message).toMatch(/create pods\/exec .*create jobs/);
  expect(wrong(ofJob)[0]?.message).not.toMatch(/create pods \(/);
  const unseen = findings.filter(({ severity }) => severity === "not-checked");
  expect(unseen.map(({ check }) => check).toSorted()).toEqual([
    "image",
    "namespace",
    "nodes",
    "quota",
  ]);
});

test("a cluster that is not there is told, with the pod all the same", async () => {
  const kubeconfigPath = await kubeconfigOfNobody(admin, folder);
  const found = await preview({}, await open.runner({ kubeconfigPath }));
  expect(wrong(found)).toMatchObject([{ severity: "error", check: "place" }]);
  expect(found.manifest).toMatchObject({ kind: "Pod" });
});

test("no preview makes a pod", async () => {
  await preview({});
  await preview({ kubernetes: { namespace: strict.name } });
  for (const namespace of [open, strict]) {
    expect(await namespace.call("GET", "/pods")).toMatchObject({ items: [] });
  }
});
