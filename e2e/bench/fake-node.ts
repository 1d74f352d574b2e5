import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { makeAuthority } from "#e2e/cluster/own/pki.ts";
import { type BenchPod, type ClusterClient, PODS } from "./cluster-client.ts";
import type { FakeLog } from "./fake-log.ts";
import { deleteAll } from "./left-behind.ts";
import { MARK, MARK_LABEL } from "./mark.ts";

const NAME = `bench-fake-${process.pid}`;
/** Flows choose this bench's node by this label, whose value is the bench's mark. */
export const FAKE_NODE = "podflow-bench-node";
/** In a URL: pods of this bench's fake node. */
export const ON_FAKE_NODE = `fieldSelector=spec.nodeName%3D${NAME}`;
const HEARTBEAT_MS = 10_000;
/** Changes of status that go to the API server together, as a kubelet's would. */
const AT_ONCE = 32;

/**
 * A node without containers: its pods run in status alone, and their log comes from memory. What is
 * real is the API server between, so that a worker can be shown more pods than the machine can run.
 */
export interface FakeNode {
  /** Pods that run now, by name. */
  running: Map<string, BenchPod>;
  /** Ends these, or all that run, with exit code 0. */
  finish(some?: BenchPod[]): Promise<void>;
  /** What every container prints. */
  log: FakeLog;
  close(): Promise<void>;
}

export async function openFakeNode(
  cluster: ClusterClient,
  folder: string,
  log: FakeLog,
): Promise<FakeNode> {
  const running = new Map<string, BenchPod>();
  const followers = new Map<string, Set<ServerResponse>>();
  const turn = inTurn(AT_ONCE);
  await makeAuthority(folder, "fake-kubelet");
  const [key, cert] = await Promise.all(
    ["key", "crt"].map((end) => readFile(join(folder, `fake-kubelet.${end}`))),
  );
  // The API server asks a kubelet at /containerLogs/NAMESPACE/POD/CONTAINER.
  const server = createServer({ key, cert }, (call, answer) => {
    const { pathname, searchParams } = new URL(call.url ?? "/", "https://node");
    const pod = pathname.split("/")[3] ?? "";
    const write = async (): Promise<void> => {
      const tail = searchParams.get("tailLines");
      const all = tail ? [log.tail(Number(tail))] : log.from(searchParams.get("sinceTime"));
      let left = Number(searchParams.get("limitBytes") ?? Number.POSITIVE_INFINITY);
      for (const block of all) {
        if (left <= 0) break;
        if (!answer.write(block.subarray(0, left))) await once(answer, "drain");
        left -= block.length;
      }
      if (!searchParams.has("follow") || !running.has(pod)) return void answer.end();
      const its = followers.get(pod) ?? new Set();
      followers.set(pod, its.add(answer));
      answer.once("close", () => its.delete(answer));
    };
    answer.setHeader("content-type", "text/plain");
    // The head at once, as the kubelet does.
    answer.flushHeaders();
    write().catch(() => answer.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("The fake kubelet has no port.");
  await register(cluster, address.port);
  const beating = setInterval(() => void beat(cluster).catch(() => undefined), HEARTBEAT_MS);
  const seen = new Set<string>();
  await cluster.watchPods(ON_FAKE_NODE, (pod, isDeleted) => {
    const { name, uid, deletionTimestamp } = pod.metadata;
    const drop = async (): Promise<void> => {
      const is = running.get(name)?.metadata.uid === uid;
      if (is) running.delete(name);
      await cluster.call("DELETE", `${PODS}/${name}?gracePeriodSeconds=0`);
    };
    const begin = async (): Promise<void> => {
      await turn(() =>
        cluster.call("PATCH", `${PODS}/${name}/status`, { status: statusOf(uid, null) }),
      );
      running.set(name, pod);
    };
    if (isDeleted) return void seen.delete(uid);
    if (!deletionTimestamp && seen.has(uid)) return;
    seen.add(uid);
    persist(deletionTimestamp ? drop : begin).catch((error: unknown) => {
      // A pod that went meanwhile is nothing to mend.
      if (!/ 404 /.test(String(error))) process.stderr.write(`The fake node: ${String(error)}\n`);
    });
  });
  return {
    running,
    log,
    finish: async (some = [...running.values()]) => {
      for (const { metadata } of some) running.delete(metadata.name);
      const ends = some.map(({ metadata: { name, uid } }) =>
        turn(async () => {
          const status = statusOf(uid, new Date());
          await cluster.call("PATCH", `${PODS}/${name}/status`, { status });
          for (const answer of followers.get(name) ?? []) answer.end();
        }),
      );
      await Promise.all(ends);
    },
    close: async () => {
      clearInterval(beating);
      // Nobody would carry their deletion out any more.
      await deleteAll(cluster, `${PODS}?${ON_FAKE_NODE}&gracePeriodSeconds=0`);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await cluster.call("DELETE", `/api/v1/nodes/${NAME}`);
    },
  };
}

/** Runs so many at once of what it is given, in the order of asking. */
function inTurn(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

/** Changes of one pod may collide with those of the scheduler. */
async function persist(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries >= 5 || / 404 /.test(String(error))) throw error;
      await pause(100 * tries);
    }
  }
}

const started = new Date();

function statusOf(uid: string, finished: Date | null): object {
  const startedAt = started.toISOString();
  const containerID = `fake://${uid}`;
  const ended = { exitCode: 0, startedAt, finishedAt: finished?.toISOString(), containerID };
  const state = finished
    ? { terminated: { ...ended, reason: "Completed" } }
    : { running: { startedAt } };
  const main = { name: "main", ready: !finished, restartCount: 0, image: "x", imageID: "x" };
  return {
    phase: finished ? "Succeeded" : "Running",
    startTime: startedAt,
    containerStatuses: [{ ...main, containerID, started: !finished, state }],
  };
}

async function register(cluster: ClusterClient, port: number): Promise<void> {
  const metadata = { name: NAME, labels: { [FAKE_NODE]: MARK, [MARK_LABEL]: MARK } };
  await cluster.call("POST", "/api/v1/nodes", { metadata });
  const room = { cpu: "1000", memory: "1000Gi", pods: "10000", "ephemeral-storage": "1000Gi" };
  await cluster.call("PATCH", `/api/v1/nodes/${NAME}/status`, {
    status: {
      capacity: room,
      allocatable: room,
      addresses: [{ type: "Hostname", address: "127.0.0.1" }],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
    },
  });
  await beat(cluster);
}

async function beat(cluster: ClusterClient): Promise<void> {
  const now = new Date().toISOString();
  const ready = { type: "Ready", status: "True", reason: "Fake", message: "" };
  const conditions = [{ ...ready, lastHeartbeatTime: now, lastTransitionTime: now }];
  await cluster.call("PATCH", `/api/v1/nodes/${NAME}/status`, { status: { conditions } });
}
