import { existsSync, readFileSync } from "node:fs";
import { FlowApi } from "#e2e/flow-api.ts";
import { type Product, startProduct } from "#e2e/product.ts";
import { type ClusterClient, openClusterClient } from "./cluster-client.ts";
import { type DatabaseEyes, openDatabaseEyes } from "./database-eyes.ts";
import { type Floor, openFloor } from "./floor.ts";
import { removeMarked } from "./left-behind.ts";
import { MARK, MARK_LABEL, MARKED } from "./mark.ts";

export const NAMESPACE = "bench";
/** The context of the test cluster's kubeconfig. */
export const CONNECTION = "context:podflow-test";
/** Enough for every pod at once; the default is lower, for the sake of tasks on this machine. */
const SLOTS = 512;
/** Pods of the tasks of this bench. */
export const OUR_PODS = `${MARKED},podflow.dev/execution-id`;

export interface Bench {
  kubeconfigPath: string;
  product: Product;
  api: FlowApi;
  cluster: ClusterClient;
  floor: Floor;
  database: DatabaseEyes;
  /** Stops the product and removes what it and the bench have in the cluster. */
  close(): Promise<void>;
}

/** The product on a fresh data folder, and the eyes on what it does. */
export async function openBench(options: {
  kubeconfigPath: string;
  moreKubeconfigs?: string[];
  dataFolder: string;
  slots?: number;
}): Promise<Bench> {
  const { kubeconfigPath, moreKubeconfigs = [], slots = SLOTS } = options;
  const paths = [kubeconfigPath, ...moreKubeconfigs].join(":");
  const environment = { KUBECONFIG: paths, PODFLOW_WORKER_SLOTS: String(slots) };
  const cluster = await openClusterClient(kubeconfigPath);
  const product = await startProduct({ environment, dataFolder: options.dataFolder });
  const database = await openDatabaseEyes(product.databaseUrl);
  return {
    kubeconfigPath,
    product,
    api: new FlowApi(product.url),
    cluster,
    floor: await openFloor(cluster),
    database,
    close: async () => {
      await database.close();
      // First, for it would make more pods; those that it leaves in their places are nobody's then.
      await product.stop();
      await removeMarked(cluster, MARK);
      await cluster.close();
    },
  };
}

/** A flow of one shell task in a pod; `lines` are the task's own, unindented. */
export function shellFlow(id: string, command: string, lines: string[] = []): string {
  return `id: ${id}
namespace: ${NAMESPACE}
${lines.some((line) => line.includes("inputs.file")) ? "inputs: [{id: file, type: FILE}]\n" : ""}tasks:
  - id: work
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: ubuntu
    taskRunner:
      type: io.kestra.plugin.kubernetes.runner.KubernetesTaskRunner
      pullPolicy: IfNotPresent
      labels: {${MARK_LABEL}: "${MARK}"}
    commands:
      - ${JSON.stringify(command)}
${lines.map((line) => `    ${line}\n`).join("")}`;
}

/** Resident memory of a process, in MiB; 0 when there is none any more. */
export function memoryOf(pid: number): number {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return 0;
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(status, "utf8"))?.[1];
  return Number(kilobytes ?? Number.NaN) / 1024;
}

/** The highest memory of a process until it is stopped, looked at every 50 ms. */
export function watchMemory(pid: () => number): { before: number; stop: () => number } {
  const before = memoryOf(pid());
  let peak = before;
  const look = (): void => {
    try {
      peak = Math.max(peak, memoryOf(pid()));
    } catch {
      // The product was stopped in the middle of a measure.
      clearInterval(timer);
    }
  };
  const timer = setInterval(look, 50);
  timer.unref();
  return {
    before,
    stop: () => {
      clearInterval(timer);
      look();
      return peak;
    },
  };
}
