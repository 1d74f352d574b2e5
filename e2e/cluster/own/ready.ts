import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Agent, request } from "undici";
import type { ComponentName } from "./components.ts";
import type { Settings } from "./settings.ts";
import type { Supervisor } from "./supervisor.ts";

const LIMIT_MS = 90_000;
const BETWEEN_MS = 40;

/**
 * Returns when the component does its work.
 * @throws Error with the component's last words when it ends, or is not ready within 90 s.
 */
export async function untilReady(name: ComponentName, supervisor: Supervisor): Promise<void> {
  const isReady = await readinessOf(name, supervisor.settings);
  const deadline = Date.now() + LIMIT_MS;
  while (!(await isReady())) {
    const reason = !supervisor.isRunning(name)
      ? "ended"
      : Date.now() > deadline
        ? "is not ready"
        : null;
    if (reason) {
      const words = await supervisor.lastWords(name);
      throw new Error(
        `The cluster's ${name} ${reason}; see ${supervisor.logFile(name)}:\n${words}`,
      );
    }
    await pause(BETWEEN_MS);
  }
}

async function readinessOf(
  name: ComponentName,
  settings: Settings,
): Promise<() => Promise<boolean>> {
  const { ports, network, state } = settings;
  switch (name) {
    case "registry":
      return () => listens("127.0.0.1", ports.registry);
    case "etcd":
      return () => listens("127.0.0.1", ports.etcd);
    case "forward":
      return () => listens(network.api, 443);
    case "containerd":
      return () => answersCri(join(state, "run/containerd.sock"));
    case "apiserver": {
      const get = await reader(settings, ports.api);
      return async () => (await get("/readyz")) !== null;
    }
    case "controllers": {
      const get = await reader(settings, ports.api);
      return async () => (await get("/api/v1/namespaces/default/serviceaccounts/default")) !== null;
    }
    case "dns":
    case "scheduler":
      return async () => true;
    case "kubelet": {
      const get = await reader(settings, ports.api);
      const getKubelet = await reader(settings, ports.kubelet);
      // The node's state alone outlives a kubelet that was killed.
      return async () =>
        (await getKubelet("/healthz")) !== null &&
        isNodeReady(await get("/api/v1/nodes/localhost"));
    }
  }
}

async function listens(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  }).then((result) => {
    socket.destroy();
    return result === true;
  });
}

/**
 * Whether the runtime answers the kubelet's first question. containerd takes connections before that,
 * and a kubelet that starts meanwhile ends ("server is not initialized yet").
 */
async function answersCri(path: string): Promise<boolean> {
  const session = connectHttp2("http://localhost", { createConnection: () => connect(path) });
  session.on("error", () => undefined);
  try {
    const call = session.request({
      ":method": "POST",
      ":path": "/runtime.v1.RuntimeService/Version",
      "content-type": "application/grpc",
      te: "trailers",
    });
    let status: unknown;
    const note = (headers: Record<string, unknown>): void => {
      status = headers["grpc-status"] ?? status;
    };
    call
      .on("response", note)
      .on("trailers", note)
      .on("error", () => undefined);
    call.resume();
    // An empty message of gRPC.
    call.end(Buffer.alloc(5));
    await once(call, "close", { signal: AbortSignal.timeout(2000) });
    return status === "0";
  } catch {
    // It did not answer in time.
    return false;
  } finally {
    session.destroy();
  }
}

/** A node that is ready and that the controllers have let pods onto. */
function isNodeReady(text: string | null): boolean {
  if (text === null) return false;
  // The API server's own answer for a node.
  const node = JSON.parse(text) as {
    spec: { taints?: unknown[] };
    status: { conditions?: { type: string; status: string }[] };
  };
  const ready = node.status.conditions?.some(
    ({ type, status }) => type === "Ready" && status === "True",
  );
  return ready === true && !node.spec.taints?.length;
}

/** Reads paths of a server of the cluster as administrator; null stands for no answer and for any but 200. */
async function reader(
  settings: Settings,
  port: number,
): Promise<(path: string) => Promise<string | null>> {
  const read = (name: string): Promise<string> =>
    readFile(join(settings.state, "pki", name), "utf8");
  const [ca, cert, key] = await Promise.all(["ca.crt", "admin.crt", "admin.key"].map(read));
  const dispatcher = new Agent({
    connect: { ca, cert, key },
    headersTimeout: 2000,
    bodyTimeout: 2000,
  });
  return async (path) => {
    try {
      const url = `https://127.0.0.1:${port}${path}`;
      const { statusCode, body } = await request(url, { dispatcher });
      const text = await body.text();
      return statusCode === 200 ? text : null;
    } catch {
      // Not listening yet: what this function is asked to find out.
      return null;
    }
  };
}
