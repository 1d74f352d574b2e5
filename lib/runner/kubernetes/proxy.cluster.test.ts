import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCluster } from "#e2e/cluster/cluster.ts";
import type { Cluster } from "#e2e/cluster/contract.ts";
import { inputFile } from "../contract-suite/stage.ts";
import {
  openTestNamespace,
  readLog,
  scriptSpec,
  type TestNamespace,
  textsOf,
  watchToEnd,
} from "./test-stage.ts";

const LOGIN = "through:p%40ss";
const WANTED = `Basic ${Buffer.from("through:p@ss").toString("base64")}`;
/** In the certificate of the API server, and known to nobody on this machine. */
const NAME = "kubernetes.default.svc";

let cluster: Cluster;
let namespace: TestNamespace;
let folder: string;
let proxy: Server;
let asked: string[] = [];

beforeAll(async () => {
  cluster = await startCluster({ log: (line) => process.stderr.write(`${line}\n`) });
  namespace = await openTestNamespace(cluster.kubeconfigPath);
  folder = await mkdtemp(join(tmpdir(), "podflow-proxy-"));
  const real = new URL(namespace.api.access.server);
  proxy = createServer().on("connect", (incoming, near, head) => {
    asked.push(incoming.url ?? "");
    if (incoming.headers["proxy-authorization"] !== WANTED) {
      near.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const far = connect(Number(real.port), real.hostname, () => {
      near.write("HTTP/1.1 200 OK\r\n\r\n");
      far.write(head);
      near.pipe(far).pipe(near);
    });
    for (const socket of [near, far]) socket.on("error", () => near.destroy());
    near.on("close", () => far.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  await namespace.remove();
  proxy.closeAllConnections();
  proxy.close();
  await rm(folder, { recursive: true });
  await cluster.stop();
});

async function kubeconfigBehind(login: string): Promise<string> {
  const address = proxy.address();
  const port = typeof address === "object" && address ? address.port : 0;
  // The test cluster's kubeconfig is JSON, which is YAML too.
  const config = JSON.parse(await readFile(cluster.kubeconfigPath, "utf8")) as {
    clusters: { cluster: Record<string, string> }[];
  };
  Object.assign(config.clusters[0]?.cluster ?? {}, {
    server: `https://${NAME}:6443`,
    "proxy-url": `http://${login}@127.0.0.1:${port}`,
  });
  const path = join(folder, `${login.length}.kubeconfig`);
  await writeFile(path, JSON.stringify(config));
  return path;
}

test("everything of a task goes through the kubeconfig's proxy: calls, log and files", async () => {
  const runner = await namespace.runner({ kubeconfigPath: await kubeconfigBehind(LOGIN) });
  const signal = AbortSignal.timeout(60_000);
  // Larger than what travels with the pod, so that it is brought by exec.
  const bytes = randomBytes(600_000);
  const spec = scriptSpec("cp in.bin out.bin; echo copied", {
    inputFiles: [inputFile("in.bin", bytes)],
    keepsFiles: true,
  });
  const handle = await runner.start(spec, signal);
  const [{ ending }, log] = await Promise.all([
    watchToEnd(runner, handle, signal),
    readLog(runner, handle, signal),
    runner.deliver(handle, spec, signal),
  ]);
  expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
  expect(textsOf(log)).toEqual(["copied"]);
  const found: Uint8Array[] = [];
  await runner.collect(
    handle,
    {
      choose: () => ["out.bin"],
      receive: async ({ body }) => {
        for await (const chunk of body) found.push(Buffer.from(chunk));
      },
    },
    signal,
  );
  expect(Buffer.concat(found).equals(bytes)).toBe(true);
  await runner.destroy(handle, { graceSeconds: 0 }, signal);
  expect(new Set(asked)).toEqual(new Set([`${NAME}:6443`]));
});

test("a proxy that does not let us through is told as such", async () => {
  asked = [];
  const runner = await namespace.runner({ kubeconfigPath: await kubeconfigBehind("wrong:x") });
  await expect(runner.start(scriptSpec("true"), AbortSignal.timeout(90_000))).rejects.toMatchObject(
    { name: "RunnerError", kind: "unreachable" },
  );
  expect(asked).not.toEqual([]);
});
