import { readSettings, type Settings } from "#lib/config/env.ts";
import {
  type ConnectionHealth,
  type ConnectionView,
  THIS_MACHINE,
} from "#lib/core/connection-view.ts";
import { RunnerError } from "#lib/runner/contract.ts";
import { checkCluster, type ClusterCheck } from "#lib/runner/kubernetes/check.ts";
import { checkMachine, type MachineTool } from "#lib/runner/process/check-machine.ts";
import { database } from "#lib/store/database.ts";
import { openAccess } from "./access.ts";
import { brokenHealth, getConnection } from "./read.ts";

/** A cluster that has not answered by then is as good as away. */
const CHECK_MS = 15_000;

/**
 * Finds out whether tasks can run there, and stores the answer.
 * @throws AppError `not-found`
 */
export async function checkConnection(
  id: string,
  settings: Settings = readSettings(),
): Promise<ConnectionView> {
  const connection = await getConnection(id, settings);
  const started = Date.now();
  const found = await look(connection, settings);
  const checkedAt = new Date().toISOString();
  const health: ConnectionHealth = { ...found, checkedAt, tookMs: Date.now() - started };
  await store(connection, health);
  return { ...connection, health };
}

async function look(connection: ConnectionView, settings: Settings): Promise<ConnectionHealth> {
  const signal = AbortSignal.timeout(CHECK_MS);
  if (connection.id === THIS_MACHINE)
    return machineHealth(await checkMachine(settings.searchPath, signal));
  try {
    const access = await openAccess(connection.id, settings);
    const namespace = connection.namespace ?? "default";
    return clusterHealth(await checkCluster(access, { namespace, signal }));
  } catch (error) {
    if (error instanceof RunnerError) return brokenHealth(error);
    if (error !== signal.reason) throw error;
    return brokenHealth({
      message: `${connection.server ?? connection.name} did not answer within ${CHECK_MS / 1000} s.`,
      remedy: "See whether the cluster runs and can be reached from this machine.",
      evidence: "",
    });
  }
}

/** The health that a check of a cluster means. */
function clusterHealth(check: ClusterCheck): ConnectionHealth {
  const { failure, isReachable, kubernetesVersion, permissions, hasMetrics, rbac } = check;
  return {
    ...brokenHealth(failure ?? { message: "", remedy: "", evidence: "" }),
    state: failure === null ? "ready" : isReachable ? "limited" : withoutAnswer(failure.kind),
    kubernetesVersion,
    permissions,
    hasMetrics,
    rbac,
  };
}

/** A server that accepts nobody, or whose certificate is not accepted, is there all the same. */
function withoutAnswer(
  kind: NonNullable<ClusterCheck["failure"]>["kind"],
): ConnectionHealth["state"] {
  return kind === "unauthorized" || kind === "forbidden" || kind === "certificate"
    ? "refused"
    : "unreachable";
}

/** The health of this machine by the tools it has. */
function machineHealth(tools: MachineTool[]): ConnectionHealth {
  const missing = tools.filter(({ path }) => path === null).map(({ name }) => name);
  const there = tools
    .filter(({ path }) => path !== null)
    .map(({ name, path, version }) => `${name}${version ? ` ${version}` : ""} (${path})`);
  const names = missing.join(", ");
  const are = missing.length === 1 ? "is" : "are";
  return {
    ...brokenHealth({
      message:
        missing.length === 0
          ? ""
          : `${names} ${are} not installed on this machine: tasks that need ${missing.length === 1 ? "it" : "them"} fail here.`,
      remedy: missing.length === 0 ? "" : `Install ${names}, or run such tasks on a cluster.`,
      evidence: there.join("\n"),
    }),
    state: missing.length === 0 ? "ready" : missing.includes("sh") ? "unreachable" : "limited",
  };
}

async function store(connection: ConnectionView, health: ConnectionHealth): Promise<void> {
  const { id, kind, name, server, namespace } = connection;
  // As JSON that the column takes.
  const json = {
    ...health,
    permissions: health.permissions.map((permission) => ({ ...permission })),
  };
  if (kind === "imported") {
    // Never made again here: it may have been removed meanwhile.
    await database().connection.updateMany({ where: { id }, data: { health: json } });
    return;
  }
  await database().connection.upsert({
    where: { id },
    create: { id, kind, name, server, namespace, health: json },
    update: { server, namespace, health: json },
  });
}
