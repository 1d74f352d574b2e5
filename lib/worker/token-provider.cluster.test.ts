import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { type Api, openApi } from "#e2e/cluster/api.ts";
import { startCluster } from "#e2e/cluster/cluster.ts";
import type { Cluster } from "#e2e/cluster/contract.ts";
import { kubeconfigOfServiceAccount } from "#e2e/cluster/faults.ts";
import { readKubeconfig } from "#e2e/cluster/kubeconfig.ts";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import { logTexts, untilEnded, WORKER_SETTINGS } from "#e2e/executions/worker-stage.ts";
import { readSettings } from "#lib/config/env.ts";
import { RunnerPool } from "#lib/connections/open-runner.ts";
import { THIS_MACHINE } from "#lib/core/connection-view.ts";
import { rbacFor } from "#lib/runner/kubernetes/rbac.ts";
import { openTestNamespace, type TestNamespace } from "#lib/runner/kubernetes/test-stage.ts";
import { startWorker } from "./worker.ts";

let cluster: Cluster;
let admin: Api;
let namespace: TestNamespace;
let stage: Stage;
let folder: string;

beforeAll(async () => {
  cluster = await startCluster({ log: (line) => process.stderr.write(`${line}\n`) });
  admin = await openApi(cluster.kubeconfigPath);
  namespace = await openTestNamespace(cluster.kubeconfigPath);
  stage = await openStage();
  folder = await mkdtemp(join(tmpdir(), "podflow-provider-"));
});
afterAll(async () => {
  await namespace.remove();
  await admin.close();
  await stage.close();
  await rm(folder, { recursive: true });
  await cluster.stop();
});

/** The token of a service account that may run tasks in the namespace. */
async function accountToken(): Promise<string> {
  const account = { namespace: namespace.name, name: "podflow" };
  const path = await kubeconfigOfServiceAccount(admin, folder, account);
  for (const document of parseAllDocuments(rbacFor(namespace.name))) {
    const object: { kind: string } = document.toJS();
    const plural = object.kind === "Role" ? "roles" : "rolebindings";
    const group = "/apis/rbac.authorization.k8s.io/v1/namespaces";
    await admin.call("POST", `${group}/${namespace.name}/${plural}`, object);
  }
  return (await readKubeconfig(path)).token;
}

test("a process of this machine gives the token with which a pod runs on a cluster that only the flow names", async () => {
  const { server, authority } = admin.credentials;
  const token = await accountToken();
  const settings = { PODFLOW_DATA: stage.folder, HOME: folder, PATH: process.env["PATH"] };
  const pool = new RunnerPool(readSettings(settings));
  const runners = {
    openRunner: pool.openRunner.bind(pool),
    openRunnerForConfig: pool.openRunnerForConfig.bind(pool),
    defaultConnectionId: () => Promise.resolve(THIS_MACHINE),
  };
  const worker = startWorker({ runners, settings: WORKER_SETTINGS });
  const flow = await someFlow(
    "tasks:",
    ...taskOf(
      "work",
      "io.kestra.plugin.scripts.shell.Commands",
      "containerImage: busybox",
      `commands: ["echo in a pod with ${token}"]`,
      "taskRunner:",
      "  type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes",
      "  pullPolicy: IF_NOT_PRESENT",
      "  config:",
      `    masterUrl: ${server}`,
      `    namespace: ${namespace.name}`,
      `    caCertData: ${Buffer.from(authority).toString("base64")}`,
      "    oauthTokenProvider:",
      "      task:",
      "        type: io.kestra.plugin.scripts.shell.Commands",
      "        taskRunner: {type: io.kestra.plugin.core.runner.Process}",
      "        commands:",
      `          - 'echo "::{\\"outputs\\":{\\"token\\":\\"${token}\\"}}::"'`,
      '      output: "{{ vars.token }}"',
    ),
  );
  const id = await someExecution(flow);
  const ended = await untilEnded(id);
  await worker.stop();
  await pool.close();
  expect(ended.failure).toBeNull();
  expect(ended.state).toBe("SUCCESS");
  expect(await logTexts(id)).toEqual(["in a pod with ********"]);
});
