import { afterAll, beforeAll, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { Api } from "#e2e/cluster/api.ts";
import type { Cluster } from "#e2e/cluster/contract.ts";
import {
  kubeconfigOfNobody,
  kubeconfigOfServiceAccount,
  kubeconfigWithBadToken,
  kubeconfigWithWrongCa,
} from "#e2e/cluster/faults.ts";
import { openRunnerStage, type RunnerStage } from "#e2e/cluster/runner-stage.ts";
import { accessFromKubeconfigFiles } from "./access.ts";
import { checkCluster, type ClusterCheck } from "./check.ts";
import { rbacFor } from "./rbac.ts";
import { scriptSpec, type TestNamespace } from "./test-stage.ts";

let stage: RunnerStage;
let cluster: Cluster;
let admin: Api;
let namespace: TestNamespace;
let folder: string;

beforeAll(async () => {
  stage = await openRunnerStage();
  ({ cluster, admin, namespace, folder } = stage);
});

afterAll(() => stage.close());

async function check(path: string, name = namespace.name): Promise<ClusterCheck> {
  const access = await accessFromKubeconfigFiles({
    paths: [path],
    context: null,
    allowsExec: false,
  });
  return checkCluster(access, { namespace: name, signal: AbortSignal.timeout(90_000) });
}

test("a cluster where everything is allowed is ready", async () => {
  const found = await check(cluster.kubeconfigPath);
  expect(found).toMatchObject({ isReachable: true, failure: null, rbac: null });
  expect(found.kubernetesVersion).toMatch(/^v\d+\.\d+/);
  expect(found.permissions.every(({ isAllowed }) => isAllowed)).toBe(true);
  expect(found.hasMetrics).not.toBeNull();
});

test("a namespace that does not exist is told", async () => {
  const found = await check(cluster.kubeconfigPath, "no-such-namespace");
  expect(found).toMatchObject({ isReachable: true, failure: { kind: "namespace" } });
});

interface RbacObject {
  kind: string;
  rules?: { resources: string[] }[];
}

/** Applies the YAML of a check; `change` may leave something out of it. */
async function apply(yaml: string | null, change: (object: RbacObject) => RbacObject) {
  for (const document of parseAllDocuments(yaml ?? "")) {
    const object: RbacObject = document.toJS();
    const group = "/apis/rbac.authorization.k8s.io/v1/namespaces";
    const plural = object.kind === "Role" ? "roles" : "rolebindings";
    const path = `${group}/${namespace.name}/${plural}`;
    await admin.call("DELETE", `${path}/podflow`);
    expect(await admin.call("POST", path, change(object))).toMatchObject({ status: 201 });
  }
}

test("the YAML that the check shows gives exactly what was missing, and what tasks run without may be left out", async () => {
  const account = { namespace: namespace.name, name: "podflow" };
  const path = await kubeconfigOfServiceAccount(admin, folder, account);
  const before = await check(path);
  expect(before).toMatchObject({ isReachable: true, failure: { kind: "forbidden" } });
  expect(before.permissions.filter(({ isAllowed }) => isAllowed)).toEqual([]);
  await apply(before.rbac, ({ rules, ...object }) => ({
    ...object,
    ...(rules && {
      rules: rules.filter(({ resources }) => !/secrets|jobs|events/.test(String(resources))),
    }),
  }));
  await expect
    .poll(() => check(path), { timeout: 90_000 })
    .toMatchObject({ failure: null, rbac: expect.stringContaining("secrets") });
  const some = (await check(path)).permissions.filter(({ isAllowed }) => !isAllowed);
  expect(some.every(({ isOptional }) => isOptional)).toBe(true);
  expect(some.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["list events", "patch secrets", "create jobs.batch"]),
  );
  await apply(before.rbac, (object) => object);
  await expect
    .poll(() => check(path), { timeout: 90_000 })
    .toMatchObject({ failure: null, rbac: null });
});

test("a user who may not look into all namespaces finds what is in those that were used before", async () => {
  const account = { namespace: namespace.name, name: "podflow" };
  const path = await kubeconfigOfServiceAccount(admin, folder, account);
  await apply(rbacFor(namespace.name), (object) => object);
  const signal = AbortSignal.timeout(60_000);
  const handle = await (await namespace.runner()).start(scriptSpec("true"), signal);
  const restricted = await namespace.runner({ kubeconfigPath: path, namespace: "default" });
  await expect(restricted.list(signal)).rejects.toMatchObject({ kind: "forbidden" });
  const found = await restricted.list(signal, [namespace.name]);
  expect(found.map((run) => run.handle)).toEqual([handle]);
  await restricted.destroy(handle, { graceSeconds: 0 }, signal);
});

test.each([
  ["a token that is not valid", kubeconfigWithBadToken, "unauthorized"],
  ["another authority", kubeconfigWithWrongCa, "certificate"],
  ["an address where nobody listens", kubeconfigOfNobody, "unreachable"],
] as const)("%s is told with what to do", async (_name, kubeconfigOf, kind) => {
  const found = await check(await kubeconfigOf(admin, folder));
  expect(found).toMatchObject({ isReachable: false, kubernetesVersion: null, failure: { kind } });
  expect(found.failure?.remedy).not.toBe("");
  expect(found.failure?.evidence).not.toBe("");
});
