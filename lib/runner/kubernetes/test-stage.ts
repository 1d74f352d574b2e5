import { randomBytes } from "node:crypto";
import type { AttemptSpec, Ending, LogBatch, Observation, RunHandle, Runner } from "../contract.ts";
import type { KubernetesOptions } from "../kubernetes-options.ts";
import { accessFromKubeconfigFiles } from "./access.ts";
import { ClusterApi } from "./api.ts";
import { createKubernetesRunner } from "./kubernetes-runner.ts";
import { PLAIN_POD } from "../contract-suite/plain-pod.ts";

/** A namespace of its own on a real cluster, for one file of tests. */
export interface TestNamespace {
  name: string;
  api: ClusterApi;
  /** A runner object of one installation, as each process of it has one. */
  runner(options?: {
    kubeconfigPath?: string;
    namespace?: string;
    asksRegistries?: boolean;
  }): Promise<Runner>;
  /** Makes or reads an object; the path is below /api/v1/namespaces/NAME. */
  call(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<unknown>;
  remove(): Promise<void>;
}

const CALL_MS = 20_000;

export async function openTestNamespace(kubeconfigPath: string): Promise<TestNamespace> {
  const name = `podflow-test-${randomBytes(4).toString("hex")}`;
  const accessOf = (path: string) =>
    accessFromKubeconfigFiles({ paths: [path], context: null, allowsExec: false });
  const api = new ClusterApi(await accessOf(kubeconfigPath));
  const signal = (): AbortSignal => AbortSignal.timeout(CALL_MS);
  const root = "/api/v1/namespaces";
  await api.call("POST", root, { body: { metadata: { name } }, signal: signal() });
  const open: Runner[] = [];
  return {
    name,
    api,
    runner: async (options = {}) => {
      const runner = createKubernetesRunner({
        access: await accessOf(options.kubeconfigPath ?? kubeconfigPath),
        installationId: name,
        defaultNamespace: options.namespace ?? name,
        asksRegistries: options.asksRegistries ?? false,
      });
      open.push(runner);
      return runner;
    },
    call: (method, path, body) =>
      api.call(method, `${root}/${name}${path}`, { body, signal: signal() }),
    remove: async () => {
      await Promise.all(open.map((runner) => runner.close()));
      await api.call("DELETE", `${root}/${name}`, { signal: signal() });
      await api.close();
    },
  };
}

/** What a test changes of an attempt. */
export type SpecChanges = Partial<Omit<AttemptSpec, "kubernetes">> & {
  kubernetes?: Partial<KubernetesOptions>;
};

/** An attempt of this shell script. */
export function scriptSpec(script: string, changes: SpecChanges = {}): AttemptSpec {
  const id = randomBytes(11).toString("hex");
  return {
    attemptId: id,
    identity: {
      namespace: "cluster.tests",
      flowId: "cases",
      taskId: "case",
      executionId: `execution-${id}`,
      taskRunId: `task-run-${id}`,
      attemptNumber: 0,
    },
    image: "busybox",
    command: ["/bin/sh", "-c", script],
    env: {},
    inputFiles: [],
    keepsFiles: false,
    hasOutputDir: false,
    timeoutSeconds: null,
    ...changes,
    kubernetes: {
      ...PLAIN_POD,
      waitUntilRunningSeconds: 60,
      ...changes.kubernetes,
    },
  };
}

export async function watchToEnd(
  runner: Runner,
  handle: RunHandle,
  signal: AbortSignal,
): Promise<{ ending: Ending; observations: Observation[] }> {
  const observations: Observation[] = [];
  for await (const observation of runner.observe(handle, signal)) observations.push(observation);
  const last = observations.at(-1);
  if (last?.phase !== "ended") throw new Error("It did not end.");
  return { ending: last.ending, observations };
}

export async function readLog(
  runner: Runner,
  handle: RunHandle,
  signal: AbortSignal,
): Promise<LogBatch[]> {
  const batches: LogBatch[] = [];
  for await (const batch of runner.followLog(handle, null, signal)) batches.push(batch);
  return batches;
}

export function textsOf(batches: LogBatch[]): string[] {
  return batches.flatMap(({ lines }) =>
    lines.map(({ bytes }) => Buffer.from(bytes).toString("utf8")),
  );
}
