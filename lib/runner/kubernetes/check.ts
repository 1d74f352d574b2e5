import type { EndingKind } from "../contract.ts";
import type { ClusterAccess } from "./access.ts";
import { ClusterApi } from "./api.ts";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";
import { readKubeconfigFiles } from "./kubeconfig-files.ts";
import {
  isAskedBy,
  missingPermissions,
  nameOf,
  type Permission,
  PERMISSIONS,
  readVersion,
} from "./permissions.ts";
import { rbacFor } from "./rbac.ts";

export interface ClusterPermission {
  /** e.g. `create pods`, `get pods/log`. */
  name: string;
  isAllowed: boolean;
  /** Whether tasks run without it, but for those of some kinds, or with something lost. */
  isOptional: boolean;
  /** What does not work without it. */
  neededFor: string;
}

/** What a check of a cluster found. */
export interface ClusterCheck {
  isReachable: boolean;
  /** e.g. `v1.37.1`. */
  kubernetesVersion: string | null;
  permissions: ClusterPermission[];
  /** Whether a metrics server answers; null when that could not be found out. */
  hasMetrics: boolean | null;
  /** YAML that gives the missing permissions; null when none is missing. */
  rbac: string | null;
  /** The first thing that is wrong; null when all is well. */
  failure: { kind: EndingKind; message: string; remedy: string; evidence: string } | null;
}

/**
 * Whether tasks can run in this namespace of the cluster, and if not, why. Never throws but for
 * the signal: what fails is the result.
 */
export async function checkCluster(
  access: ClusterAccess,
  options: { namespace: string; signal: AbortSignal },
): Promise<ClusterCheck> {
  const api = new ClusterApi(access);
  const check: ClusterCheck = {
    isReachable: false,
    kubernetesVersion: null,
    permissions: [],
    hasMetrics: null,
    rbac: null,
    failure: null,
  };
  const { namespace, signal } = options;
  let doing = "tell its version";
  try {
    const version = await readVersion(api, signal);
    check.kubernetesVersion = version;
    check.isReachable = true;
    doing = "say what the connection's user may do";
    const wanted = PERMISSIONS.filter((one) => isAskedBy(version, one));
    const missing = await missingPermissions(api, wanted, { namespace, signal });
    check.permissions = wanted.map((one) => clusterPermission(one, !missing.includes(one)));
    check.hasMetrics = await hasMetrics(api, signal);
    const needed = check.permissions.filter((one) => !one.isAllowed && !one.isOptional);
    if (missing.length > 0) check.rbac = rbacFor(namespace);
    if (needed.length > 0) check.failure = missingFailure(needed, namespace);
    doing = `read the namespace ${namespace}`;
    await requireNamespace(api, options);
  } catch (error) {
    signal.throwIfAborted();
    const { kind, message, remedy, evidence } = runnerErrorFrom(error, access.server, doing);
    check.failure = { kind, message, remedy, evidence };
  } finally {
    await api.close();
  }
  return check;
}

function clusterPermission(permission: Permission, isAllowed: boolean): ClusterPermission {
  const { tasks, isVital, neededFor } = permission;
  const isOfSome = tasks === "credentials" || tasks === "job";
  return { name: nameOf(permission), isAllowed, isOptional: isOfSome || !isVital, neededFor };
}

/** A user without the right to read namespaces is common, so only a clear "not found" counts. */
async function requireNamespace(
  api: ClusterApi,
  { namespace, signal }: { namespace: string; signal: AbortSignal },
): Promise<void> {
  try {
    await api.call("GET", `/api/v1/namespaces/${encodeURIComponent(namespace)}`, { signal });
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.status !== 403) throw error;
  }
}

async function hasMetrics(api: ClusterApi, signal: AbortSignal): Promise<boolean | null> {
  try {
    await api.call("GET", "/apis/metrics.k8s.io/v1beta1", { signal });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApiFailure) return error.status === 403 ? null : false;
    return null;
  }
}

function missingFailure(
  missing: ClusterPermission[],
  namespace: string,
): NonNullable<ClusterCheck["failure"]> {
  const names = missing.map(({ name }) => name).join(", ");
  return {
    kind: "forbidden",
    message: `The connection's user lacks permissions in the namespace "${namespace}": ${names}.`,
    remedy: "Apply the role that is shown, with the user's own name in it, as somebody who may.",
    evidence: "",
  };
}

export interface KubeconfigContextInfo {
  name: string;
  cluster: string;
  /** Empty when the context names a cluster that is not there. */
  server: string;
  namespace: string | null;
  isCurrent: boolean;
  /** Whether a program must run to log in. */
  usesExec: boolean;
}

/**
 * The contexts in the machine's kubeconfig files; none when there are no files.
 * @throws RunnerError of kind `config` for a file that is no kubeconfig
 */
export async function listContexts(kubeconfigPaths: string[]): Promise<KubeconfigContextInfo[]> {
  const kubeconfig = await readKubeconfigFiles(kubeconfigPaths);
  return kubeconfig.contexts.map(({ name, value }) => {
    const user = kubeconfig.users.find((entry) => entry.name === value.user)?.value;
    const cluster = kubeconfig.clusters.find((entry) => entry.name === value.cluster)?.value;
    return {
      name,
      cluster: value.cluster,
      server: cluster?.server ?? "",
      namespace: value.namespace ?? null,
      isCurrent: kubeconfig["current-context"] === name,
      usesExec: Boolean(user?.exec ?? user?.["auth-provider"]),
    };
  });
}
