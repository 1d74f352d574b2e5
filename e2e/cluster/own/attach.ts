import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { buildImages } from "../images/build.ts";
import { buildNode } from "./build.ts";
import { KeeperConnection, KeeperEnded } from "./connection.ts";
import { connectName } from "./lock.ts";
import { installPackages } from "./packages.ts";
import { keeperName, logFolder } from "./paths.ts";
import type { ClusterInfo } from "./protocol.ts";

const ATTEMPTS = 3;

/** The conversation with the keeper of the running cluster of this name, or null when none runs. */
export async function findKeeper(
  cluster: string,
  log: (line: string) => void,
): Promise<KeeperConnection | null> {
  const socket = await connectName(keeperName(cluster));
  return socket ? new KeeperConnection(socket, log) : null;
}

/**
 * Joins the cluster of this name, which is built and started first when it does not run.
 * @throws Error that says what is missing on this machine, or why the cluster does not start.
 */
export async function attach(
  cluster: string,
  log: (line: string) => void,
): Promise<{ connection: KeeperConnection; info: ClusterInfo }> {
  refuseOtherMachines();
  await installPackages(["runc", "gcc", "libc6-dev", "openssl", "iproute2"], log);
  const [binaries] = await Promise.all([buildNode(log), buildImages(log)]);
  const { connection, info } = await joinOrStart(cluster, binaries, log);
  if (info.binaries !== binaries) {
    log(
      `The running cluster is of another build (${info.binaries}); "npm run cluster down" ends it.`,
    );
  }
  return { connection, info };
}

/** A keeper that was ending when it was asked is followed by another. */
async function joinOrStart(
  cluster: string,
  binaries: string,
  log: (line: string) => void,
): Promise<{ connection: KeeperConnection; info: ClusterInfo }> {
  for (let attempt = 1; ; attempt += 1) {
    const running = await findKeeper(cluster, log);
    const connection = running ?? (await startKeeper(cluster, binaries, log));
    try {
      return { connection, info: await connection.ask({ op: "attach" }) };
    } catch (error) {
      if (!(error instanceof KeeperEnded) || attempt === ATTEMPTS) throw error;
    }
  }
}

function refuseOtherMachines(): void {
  if (process.platform === "linux" && process.getuid?.() === 0) return;
  throw new Error(
    "A cluster of our own needs root on Linux. Start Docker with kind or k3d, or set " +
      "PODFLOW_TEST_KUBECONFIG to the kubeconfig of a cluster of yours.",
  );
}

async function startKeeper(
  cluster: string,
  binaries: string,
  log: (line: string) => void,
): Promise<KeeperConnection> {
  log("Starting a Kubernetes on this machine");
  const logFile = `${logFolder(cluster)}.keeper.log`;
  mkdirSync(dirname(logFile), { recursive: true });
  const output = openSync(logFile, "a");
  const script = join(import.meta.dirname, "keeper.ts");
  const child = spawn(process.execPath, [script, cluster, binaries], {
    cwd: "/",
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  child.unref();
  for (;;) {
    const connection = await findKeeper(cluster, log);
    if (connection) return connection;
    // Code 0 is that of a keeper that found another one, which can have ended since.
    if (child.exitCode === 0) return startKeeper(cluster, binaries, log);
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`The cluster's keeper ended at once; see ${logFile}.`);
    }
    await pause(20);
  }
}
