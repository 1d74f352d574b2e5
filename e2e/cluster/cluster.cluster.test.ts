import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, type Api, openApi } from "./api.ts";
import { startCluster } from "./cluster.ts";
import type { Cluster } from "./contract.ts";
import { openDetour } from "./detour.ts";
import {
  kubeconfigOfNobody,
  kubeconfigOfServiceAccount,
  kubeconfigWithBadToken,
  kubeconfigWithWrongCa,
} from "./faults.ts";
import { runPod } from "./test-pod.ts";

const BUILD_MS = 1_800_000;
let cluster: Cluster;
let admin: Api;
let folder: string;

beforeAll(async () => {
  cluster = await startCluster({ log: (line) => process.stderr.write(`${line}\n`) });
  admin = await openApi(cluster.kubeconfigPath);
  folder = await mkdtemp(join(tmpdir(), "podflow-faults-"));
}, BUILD_MS);

afterAll(async () => {
  await admin.close();
  await rm(folder, { recursive: true });
  await cluster.stop();
});

const sh = (script: string): string[] => ["sh", "-c", script];

test.concurrent.each([
  ["busybox", sh("mkfifo /tmp/f && tar --help 2>&1 && echo works"), /works/],
  ["centos", sh("cp /etc/passwd /tmp/copy && bash -c 'echo works'"), /works/],
  ["ubuntu", ["bash", "-c", "seq 3 | sort -r | awk '{print $1 * 2}' | paste -sd,"], /6,4,2/],
  ["node", ["node", "-e", "console.log(process.version)"], /^v24/],
  ["python:3.13-slim", ["python", "-c", "import ssl, requests; print('works')"], /works/],
  [
    "ghcr.io/kestra-io/pydata:latest",
    ["python3", "-c", "from kestra import Kestra; Kestra.outputs({'a': 1})"],
    /::\{"outputs": \{"a": 1\}\}::/,
  ],
  ["REGISTRY/podflow-test/nonroot", sh("id -u; pwd; touch file && ls"), /^1000\n\/home\/app\nfile/],
  ["REGISTRY/podflow-test/notar", sh("tar || mkfifo x || echo works"), /works/],
  ["REGISTRY/podflow-test/noshell", ["/copy", "/etc/hosts", "/out"], /copied \d+ bytes/],
])("the image %s runs", { timeout: 90_000 }, async (name, command, expected) => {
  const image = name.replace("REGISTRY", cluster.registry);
  const podName = `image-${name.replace(/[^a-z]+/g, "-").toLowerCase()}-${process.pid}`;
  const { phase, log } = await runPod(admin, podName, { image, command });
  expect(log).toMatch(expected);
  expect(phase).toBe("Succeeded");
});

test("an image that does not exist is refused at once", { timeout: 90_000 }, async () => {
  const image = `${cluster.registry}/podflow-test/nothing`;
  const { phase } = await runPod(admin, `image-nothing-${process.pid}`, { image });
  expect(phase).toMatch(/ErrImagePull|ImagePullBackOff/);
});

async function listPods(kubeconfigPath: string): Promise<Answer> {
  const api = await openApi(kubeconfigPath);
  try {
    return await api.call("GET", "/api/v1/namespaces/default/pods");
  } finally {
    await api.close();
  }
}

test("a kubeconfig with another authority fails in TLS", async () => {
  const path = await kubeconfigWithWrongCa(admin, folder);
  await expect(listPods(path)).rejects.toThrow(/certificate|signature/);
});

test("a kubeconfig of nobody's port is refused a connection", async () => {
  const path = await kubeconfigOfNobody(admin, folder);
  await expect(listPods(path)).rejects.toThrow(/ECONNREFUSED/);
});

test("a bad token is unauthorized", async () => {
  expect(await listPods(await kubeconfigWithBadToken(admin, folder))).toMatchObject({
    status: 401,
  });
});

test("a service account without roles is forbidden everything", async () => {
  const account = { namespace: "default", name: "without-roles" };
  const path = await kubeconfigOfServiceAccount(admin, folder, account);
  expect(await listPods(path)).toMatchObject({ status: 403 });
});

test("a detour stalls, cuts and refuses calls, and then passes them again", async () => {
  const detour = await openDetour(admin, folder);
  const api = await openApi(detour.kubeconfigPath);
  const read = (): Promise<Answer> => api.call("GET", "/readyz");
  expect(await read()).toMatchObject({ status: 200 });

  detour.stall();
  let isAnswered = false;
  const late = read().finally(() => (isAnswered = true));
  await admin.call("GET", "/readyz");
  expect(isAnswered).toBe(false);
  await detour.restore();
  expect(await late).toMatchObject({ status: 200 });

  detour.stall();
  const lost = read();
  lost.catch(() => undefined);
  detour.cut();
  await expect(lost).rejects.toThrow(/closed|reset|ended|socket/i);

  await detour.block();
  await expect(read()).rejects.toThrow(/ECONNREFUSED/);
  await detour.restore();
  expect(await read()).toMatchObject({ status: 200 });
  await api.close();
  await detour.stop();
});
