import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openApi, type Api } from "#e2e/cluster/api.ts";
import { startCluster } from "#e2e/cluster/cluster.ts";
import type { Cluster } from "#e2e/cluster/contract.ts";
import {
  kubeconfigOfNobody,
  kubeconfigOfServiceAccount,
  kubeconfigWithBadToken,
  kubeconfigWithWrongCa,
} from "#e2e/cluster/faults.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/database/test-database.ts";
import { readSettings, type Settings } from "#lib/config/env.ts";
import type { ConnectionView } from "#lib/core/connection-view.ts";
import { closeDatabase, openDatabase } from "#lib/store/database.ts";
import { Stage } from "#lib/runner/contract-suite/stage.ts";
import { checkConnection } from "./check.ts";
import { importKubeconfig } from "./import.ts";
import { RunnerPool } from "./open-runner.ts";

const NAMESPACE = "podflow-connections";
let cluster: Cluster;
let admin: Api;
let testDatabase: TestDatabase;
let folder: string;
let settings: Settings;

beforeAll(async () => {
  cluster = await startCluster({ log: (line) => process.stderr.write(`${line}\n`) });
  admin = await openApi(cluster.kubeconfigPath);
  await admin.call("POST", "/api/v1/namespaces", { metadata: { name: NAMESPACE } });
  testDatabase = await createTestDatabase();
  openDatabase(testDatabase.url, 10);
  folder = await mkdtemp(join(tmpdir(), "podflow-connections-"));
  settings = readSettings({ PODFLOW_DATA: folder, HOME: folder, PATH: process.env["PATH"] });
});
afterAll(async () => {
  await admin.call("DELETE", `/api/v1/namespaces/${NAMESPACE}`);
  await closeDatabase();
  await testDatabase.drop();
  await admin.close();
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

async function importFile(path: string, namespace?: string): Promise<ConnectionView> {
  // JSON, as e2e/cluster/kubeconfig.ts writes it; a cluster that was given has YAML.
  const [document] = parseAllDocuments(await readFile(path, "utf8"));
  const config = document?.toJS() as { contexts: { context: { namespace?: string } }[] };
  for (const { context } of config.contexts) if (namespace) context.namespace = namespace;
  const [made] = await importKubeconfig(JSON.stringify(config), settings);
  if (!made) throw new Error("Nothing was imported.");
  return made;
}

test("an imported kubeconfig of an administrator is ready, and tasks run on it", async () => {
  const { id } = await importFile(cluster.kubeconfigPath, NAMESPACE);
  const { health, namespace } = await checkConnection(id, settings);
  expect(namespace).toBe(NAMESPACE);
  expect(health).toMatchObject({ state: "ready", message: "", rbac: null });
  expect(health.kubernetesVersion).toMatch(/^v1\./);

  const pool = new RunnerPool(settings);
  const open = () => pool.openRunner(id, new AbortController().signal);
  const runner = await open();
  const place = { runner, another: open, image: "busybox" };
  const actor = new Stage({ ...place, cleanUp: () => Promise.resolve() });
  const { ending, text } = await actor.run("echo from the pool");
  expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
  expect(text).toEqual(["from the pool"]);
  await actor.cleanUp();
  await pool.close();
});

test("a user without permissions is told which, and applying the YAML that is shown mends it", async () => {
  const account = { namespace: NAMESPACE, name: "podflow" };
  const path = await kubeconfigOfServiceAccount(admin, folder, account);
  const { id } = await importFile(path, NAMESPACE);
  const { health } = await checkConnection(id, settings);
  expect(health.state).toBe("limited");
  expect(health.permissions.every(({ isAllowed }) => !isAllowed)).toBe(true);
  expect(health.message).toContain("create pods");

  for (const document of parseAllDocuments(health.rbac ?? "")) {
    const object = document.toJS() as { kind: string };
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/${object.kind.toLowerCase()}s`;
    const answer = await admin.call("POST", path, object);
    expect(answer).toMatchObject({ status: 201 });
  }
  const mended = await checkConnection(id, settings);
  expect(mended.health).toMatchObject({ state: "ready", rbac: null });
});

test.for([
  ["a port on which nobody listens", kubeconfigOfNobody, "unreachable", "127.0.0.1"],
  [
    "an authority that did not sign the certificate",
    kubeconfigWithWrongCa,
    "refused",
    "certificate",
  ],
  ["a token that is refused", kubeconfigWithBadToken, "refused", "login"],
] as const)("%s has a state and words of its own", async ([, make, state, word]) => {
  const { id } = await importFile(await make(admin, folder));
  const { health } = await checkConnection(id, settings);
  expect(health.state).toBe(state);
  expect(health.message.toLowerCase()).toContain(word);
  expect(health.remedy).not.toBe("");
});
