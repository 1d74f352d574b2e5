import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/database/test-database.ts";
import { readSettings, type Settings } from "#lib/config/env.ts";
import { newId } from "#lib/core/id.ts";
import { closeDatabase, database, openDatabase } from "#lib/store/database.ts";
import { checkConnection } from "./check.ts";
import { chooseDefaultConnection } from "./choose-default.ts";
import { deleteConnection } from "./delete.ts";
import { importKubeconfig } from "./import.ts";
import { RunnerPool } from "./open-runner.ts";
import { getConnection, listConnections } from "./read.ts";
import { installationId } from "./setting.ts";

let testDatabase: TestDatabase;
let folder: string;
let settings: Settings;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  openDatabase(testDatabase.url, 10);
});
afterAll(async () => {
  await closeDatabase();
  await testDatabase.drop();
});
beforeEach(async () => {
  await database().connection.deleteMany();
  await database().setting.deleteMany();
  folder = await mkdtemp(join(tmpdir(), "podflow-connections-"));
  settings = readSettings({ PODFLOW_DATA: folder, HOME: folder, PATH: process.env["PATH"] });
  return () => rm(folder, { recursive: true, force: true });
});

/** A kubeconfig as JSON, with a user and a cluster for each context. */
function kubeconfig(
  contexts: { name: string; server?: string; namespace?: string; user?: object }[],
  current?: string,
): string {
  return JSON.stringify({
    "current-context": current,
    contexts: contexts.map(({ name, namespace }) => ({
      name,
      context: { cluster: `c-${name}`, user: `u-${name}`, namespace },
    })),
    clusters: contexts.map(({ name, server = "https://127.0.0.1:1" }) => ({
      name: `c-${name}`,
      cluster: { server },
    })),
    users: contexts.map(({ name, user = { token: `token-of-${name}` } }) => ({
      name: `u-${name}`,
      user,
    })),
  });
}

async function writeKubeconfig(text: string): Promise<void> {
  await mkdir(join(folder, ".kube"), { recursive: true });
  await writeFile(join(folder, ".kube", "config"), text);
}

test("without any cluster there is this machine, and it is the default", async () => {
  const connections = await listConnections(settings);
  expect(connections).toMatchObject([
    { id: "this-machine", kind: "this-machine", server: null, namespace: null, isDefault: true },
  ]);
  expect(connections[0]?.health.state).toBe("unknown");
});

test("the contexts of the machine's kubeconfig are there, and its current one is the default", async () => {
  await writeKubeconfig(kubeconfig([{ name: "a" }, { name: "b", namespace: "flows" }], "b"));
  expect(await listConnections(settings)).toMatchObject([
    { id: "context:a", kind: "context", namespace: "default", isDefault: false },
    { id: "context:b", server: "https://127.0.0.1:1", namespace: "flows", isDefault: true },
    { id: "this-machine", isDefault: false },
  ]);
});

test("the chosen default wins while it exists, and one that does not exist cannot be chosen", async () => {
  await writeKubeconfig(kubeconfig([{ name: "a" }, { name: "b" }], "b"));
  await chooseDefaultConnection("context:a", settings);
  expect((await getConnection("context:a", settings)).isDefault).toBe(true);
  await writeKubeconfig(kubeconfig([{ name: "b" }], "b"));
  expect((await getConnection("context:b", settings)).isDefault).toBe(true);
  await expect(chooseDefaultConnection("context:a", settings)).rejects.toMatchObject({
    code: "not-found",
  });
});

test("a kubeconfig file that is broken is shown, and hides nothing else", async () => {
  await writeKubeconfig("contexts: [");
  const [broken, machine] = await listConnections(settings);
  expect(broken).toMatchObject({ kind: "context", isDefault: false });
  expect(broken?.health).toMatchObject({ state: "unreachable" });
  expect(broken?.health.message).toContain("YAML");
  expect(machine).toMatchObject({ id: "this-machine", isDefault: true });
});

test("every context of an imported kubeconfig becomes a connection, encrypted at rest", async () => {
  const text = kubeconfig([{ name: "x" }, { name: "y", namespace: "flows" }]);
  const made = await importKubeconfig(text, settings);
  expect(made).toMatchObject([
    { kind: "imported", name: "x", server: "https://127.0.0.1:1", namespace: "default" },
    { kind: "imported", name: "y", namespace: "flows" },
  ]);
  const rows = await database().connection.findMany();
  expect(rows).toHaveLength(2);
  for (const { kubeconfig: sealed } of rows)
    expect(Buffer.from(sealed ?? []).toString("latin1")).not.toContain("token");
});

test("importing again brings the new login and keeps the id", async () => {
  const [first] = await importKubeconfig(kubeconfig([{ name: "x" }]), settings);
  const [again] = await importKubeconfig(
    kubeconfig([{ name: "x", user: { token: "new" } }]),
    settings,
  );
  const [other] = await importKubeconfig(
    kubeconfig([{ name: "x", server: "https://127.0.0.1:2" }]),
    settings,
  );
  expect(again?.id).toBe(first?.id);
  expect(other?.id).not.toBe(first?.id);
});

test.for([
  ["runs a program", { exec: { command: "/bin/evil", apiVersion: "v1" } }, '"/bin/evil"'],
  ["uses an auth-provider", { "auth-provider": { name: "gcp" } }, "auth-provider"],
  ["reads a token file", { tokenFile: "/etc/passwd" }, "/etc/passwd"],
  ["reads a key file", { "client-key": "/etc/shadow" }, "/etc/shadow"],
] as const)("an imported kubeconfig that %s is refused whole", async ([, user, word]) => {
  const text = kubeconfig([{ name: "good" }, { name: "bad", user }]);
  const importing = importKubeconfig(text, settings);
  await expect(importing).rejects.toMatchObject({ name: "AppError", code: "invalid" });
  await expect(importing).rejects.toThrow(word);
  await expect(importing).rejects.toThrow('Context "bad"');
  expect(await database().connection.count()).toBe(0);
});

test("the operator can allow programs, but never files", async () => {
  const allowing = { ...settings, allowsKubeconfigExec: true };
  const exec = { exec: { command: "aws", apiVersion: "v1" } };
  expect(await importKubeconfig(kubeconfig([{ name: "x", user: exec }]), allowing)).toHaveLength(1);
  const file = kubeconfig([{ name: "y", user: { tokenFile: "/etc/passwd" } }]);
  await expect(importKubeconfig(file, allowing)).rejects.toThrow("/etc/passwd");
});

test.for([
  ["", "no context"],
  ["hello: [", "no YAML"],
  ["just a text", "cannot be used"],
  ["contexts: []", "no context"],
])("what is no kubeconfig (%j) is refused with words", async ([text, words]) => {
  await expect(importKubeconfig(text ?? "", settings)).rejects.toThrow(words);
});

test("an imported connection can be removed, another cannot", async () => {
  await writeKubeconfig(kubeconfig([{ name: "a" }], "a"));
  const [made] = await importKubeconfig(kubeconfig([{ name: "x" }]), settings);
  await chooseDefaultConnection(made?.id ?? "", settings);
  await deleteConnection(made?.id ?? "");
  expect((await getConnection("context:a", settings)).isDefault).toBe(true);
  await expect(deleteConnection(made?.id ?? "")).rejects.toMatchObject({ code: "not-found" });
  await expect(deleteConnection("context:a")).rejects.toThrow("kubectl config delete-context a");
  await expect(deleteConnection("this-machine")).rejects.toMatchObject({ code: "conflict" });
});

test("a connection on which a task still runs stays until it has ended", async () => {
  const [made] = await importKubeconfig(kubeconfig([{ name: "x" }]), settings);
  const executionId = newId();
  const flow = { namespace: "n", flowId: "f", revision: 1 };
  await database().execution.create({ data: { id: executionId, ...flow, stateHistory: [] } });
  const taskRunId = newId();
  const task = { executionId, taskId: "t", type: "x", position: 0, stateHistory: [], version: 1 };
  await database().taskRun.create({ data: { id: taskRunId, ...task } });
  const connectionId = made?.id ?? "";
  const attempt = { executionId, taskRunId, number: 0, runner: "kubernetes", version: 1 };
  const { id } = await database().attempt.create({
    data: { id: newId(), ...attempt, connectionId, state: "RUNNING" },
  });
  await expect(deleteConnection(connectionId)).rejects.toThrow("1 task still runs");
  await database().attempt.update({ where: { id }, data: { state: "SUCCESS" } });
  await deleteConnection(connectionId);
});

test("the check of this machine says what is missing on it, and is remembered", async () => {
  const bin = join(folder, "bin");
  await mkdir(bin);
  await symlink("/bin/sh", join(bin, "sh"));
  await writeFile(join(bin, "python3"), "#!/bin/sh\necho Python 3.99.1\n", { mode: 0o755 });
  const poor = { ...settings, searchPath: bin };
  const { health } = await checkConnection("this-machine", poor);
  expect(health).toMatchObject({
    state: "limited",
    message: "bash, node are not installed on this machine: tasks that need them fail here.",
  });
  expect(health.evidence).toContain(`python 3.99.1 (${bin}/python3)`);
  expect((await getConnection("this-machine", poor)).health).toEqual(health);

  await rm(join(bin, "sh"));
  expect((await checkConnection("this-machine", poor)).health.state).toBe("unreachable");
});

test("a cluster that does not answer is unreachable, and the answer belongs to its address", async () => {
  await writeKubeconfig(kubeconfig([{ name: "a" }], "a"));
  const { health } = await checkConnection("context:a", settings);
  expect(health).toMatchObject({ state: "unreachable", rbac: null });
  expect(health.message).toContain("127.0.0.1:1");
  expect(health.remedy).not.toBe("");
  expect((await getConnection("context:a", settings)).health).toEqual(health);
  await writeKubeconfig(kubeconfig([{ name: "a", server: "https://127.0.0.1:2" }], "a"));
  expect((await getConnection("context:a", settings)).health.state).toBe("unknown");
});

test("a stored kubeconfig that the key does not open is told as that", async () => {
  const [made] = await importKubeconfig(kubeconfig([{ name: "x" }]), settings);
  await rm(join(folder, "key"));
  const { health } = await checkConnection(made?.id ?? "", settings);
  expect(health).toMatchObject({ state: "unreachable" });
  expect(health.message).toContain("cannot be decrypted");
});

test("a check of what is not there is refused", async () => {
  await expect(checkConnection("imported:none", settings)).rejects.toMatchObject({
    code: "not-found",
  });
});

/** The signal of a use that does not end. */
const used = (): AbortSignal => new AbortController().signal;

test("a pool has one runner for a connection, and another once that has changed", async () => {
  await writeKubeconfig(kubeconfig([{ name: "a" }], "a"));
  const [made] = await importKubeconfig(kubeconfig([{ name: "x" }]), settings);
  const pool = new RunnerPool(settings);
  const open = (id: string) => pool.openRunner(id, used());

  expect((await open("this-machine")).kind).toBe("process");
  expect(await open("this-machine")).toBe(await open("this-machine"));

  const context = await open("context:a");
  expect(context.kind).toBe("kubernetes");
  expect(await open("context:a")).toBe(context);
  await writeKubeconfig(kubeconfig([{ name: "a", server: "https://127.0.0.1:22" }], "a"));
  expect(await open("context:a")).not.toBe(context);

  const imported = await open(made?.id ?? "");
  await checkConnection(made?.id ?? "", settings);
  expect(await open(made?.id ?? "")).toBe(imported);
  await importKubeconfig(kubeconfig([{ name: "x", user: { token: "new" } }]), settings);
  expect(await open(made?.id ?? "")).not.toBe(imported);
  await pool.close();
});

test("a pool says in words that a connection is gone, also for a task's own config", async () => {
  const pool = new RunnerPool(settings);
  for (const id of ["imported:none", "context:none", "in-cluster"])
    await expect(pool.openRunner(id, used())).rejects.toMatchObject({
      name: "RunnerError",
      kind: "config",
    });
  const openConfig = (config: { masterUrl?: string; oauthToken?: string }) =>
    pool.openRunnerForConfig(config, "this-machine", used());
  await expect(openConfig({})).rejects.toMatchObject({ kind: "config" });
  const runner = await openConfig({ masterUrl: "https://127.0.0.1:1", oauthToken: "t" });
  expect(runner.kind).toBe("kubernetes");
  const same = { oauthToken: "t", masterUrl: "https://127.0.0.1:1" };
  expect(await openConfig(same)).toBe(runner);
  const another = await openConfig({ ...same, oauthToken: "u" });
  expect(another).not.toBe(runner);
  expect(await pool.configRunners(used())).toEqual([runner, another]);
  await pool.close();
});

test("a runner for a task's own config goes when nobody has used it for a time, a connection's stays", async () => {
  await writeKubeconfig(kubeconfig([{ name: "a" }], "a"));
  const pool = new RunnerPool(settings, { configIdleMs: 0 });
  const [one, other] = [new AbortController(), new AbortController()];
  const open = (oauthToken: string, until: AbortSignal) =>
    pool.openRunnerForConfig({ masterUrl: "https://127.0.0.1:1", oauthToken }, null, until);
  const connection = await pool.openRunner("context:a", one.signal);
  await open("first", one.signal);
  const second = await open("second", other.signal);
  one.abort();
  expect(await pool.configRunners(used())).toEqual([second]);
  expect(await pool.openRunner("context:a", used())).toBe(connection);
  await pool.close();
});

test("the installation has one id, however many ask for it first", async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, () => installationId()));
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toMatch(/^[0-9A-Za-z]{22}$/);
});
