import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "#e2e/cluster/api.ts";
import { startCluster } from "#e2e/cluster/cluster.ts";
import type { Cluster } from "#e2e/cluster/contract.ts";
import { ClusterApi } from "./api.ts";
import { accessFromConnectionConfig, type ConnectionConfig } from "./connection-config.ts";

const PASSPHRASE = "opens-it";

let cluster: Cluster;
let admin: Api;
let folder: string;

beforeAll(async () => {
  cluster = await startCluster({ log: (line) => process.stderr.write(`${line}\n`) });
  admin = await openApi(cluster.kubeconfigPath);
  folder = await mkdtemp(join(tmpdir(), "podflow-config-"));
  const { authority, certificate, key } = admin.credentials;
  const files = { "ca.crt": authority, "tls.crt": certificate, "tls.key": key };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  if (!certificate) return;
  const files12 = ["-in", "tls.crt", "-inkey", "tls.key", "-out", "store.p12"];
  const command = ["pkcs12", "-export", ...files12, "-passout", `pass:${PASSPHRASE}`];
  await promisify(execFile)("openssl", command, { cwd: folder });
});

afterAll(async () => {
  await admin.close();
  await rm(folder, { recursive: true });
  await cluster.stop();
});

async function podsBy(config: ConnectionConfig): Promise<unknown> {
  const { server } = admin.credentials;
  const rules = { folders: [folder] };
  const api = new ClusterApi(
    await accessFromConnectionConfig({ masterUrl: server, ...config }, null, rules),
  );
  try {
    const signal = AbortSignal.timeout(90_000);
    return await api.call("GET", "/api/v1/namespaces/default/pods", { signal });
  } finally {
    await api.close();
  }
}

const path = (name: string): string => join(folder, name);

test.each([
  ["certificate files", { clientCertFile: "tls.crt", clientKeyFile: "tls.key" }],
  ["a key store", { keyStoreFile: "store.p12" }],
])("a task's config logs in by %s", async (_name, files) => {
  if (!admin.credentials.certificate) return;
  const paths = Object.fromEntries(Object.entries(files).map(([name, at]) => [name, path(at)]));
  const config = { ...paths, keyStorePassphrase: PASSPHRASE, trustStoreFile: path("ca.crt") };
  expect(await podsBy(config)).toMatchObject({ kind: "PodList" });
});

test("a key store with another passphrase is refused before any call, without telling it", async () => {
  if (!admin.credentials.certificate) return;
  const config = { keyStoreFile: path("store.p12"), keyStorePassphrase: "wrong-one" };
  const failure: unknown = await podsBy(config).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    kind: "config",
    message: expect.stringContaining("keyStorePassphrase does not open"),
    place: ["taskRunner", "config", "keyStorePassphrase"],
  });
  expect(JSON.stringify(failure)).not.toContain("wrong-one");
});
