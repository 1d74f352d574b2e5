import type { EndingKind } from "../contract.ts";
import type { ClusterAccess } from "./access.ts";
import { ClusterApi } from "./api.ts";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";
import { readKubeconfigFiles } from "./kubeconfig-files.ts";
import { rbacFor } from "./rbac.ts";

export interface ClusterPermission {
  /** e.g. `create pods`, `get pods/log`. */
  name: string;
  isAllowed: boolean;
  /** Whether only tasks that say so need it: without it the others run. */
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

/** Verb, resource (with its group: `jobs.batch`) and what it is for. */
export type WantedPermission = readonly [verb: string, resource: string, neededFor: string];

/** Verb, resource and what it is for: everything the runner asks of a cluster. */
export const PERMISSIONS = [
  ["create", "pods", "to run a task"],
  ["get", "pods", "to run a task"],
  ["list", "pods", "to see how a task goes"],
  ["watch", "pods", "to see how a task goes"],
  ["delete", "pods", "to stop and remove a task"],
  ["get", "pods/log", "to read a task's log"],
  ["get", "pods/exec", "to bring files in and out"],
  ["create", "pods/exec", "to bring files in and out"],
  ["list", "events", "to say why a pod does not start"],
] as const;

const SECRET_NEED = "for tasks with `credentials`";
const JOB_NEED = "for tasks with `job`";
/** What only some tasks need. */
export const OPTIONAL_PERMISSIONS = [
  ["create", "secrets", SECRET_NEED],
  ["patch", "secrets", SECRET_NEED],
  ["delete", "secrets", SECRET_NEED],
  ["list", "secrets", `${SECRET_NEED}: to find what a crash left`],
  ["create", "jobs.batch", JOB_NEED],
  ["get", "jobs.batch", JOB_NEED],
  ["list", "jobs.batch", JOB_NEED],
  ["delete", "jobs.batch", JOB_NEED],
  ["watch", "events", `${JOB_NEED}: to say why there is no pod`],
] as const;

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
  let doing = "tell its version";
  try {
    check.kubernetesVersion = await readVersion(api, options.signal);
    check.isReachable = true;
    doing = "say what the connection's user may do";
    check.permissions = [
      ...(await readPermissions(api, options)),
      ...(await readPermissions(api, options, OPTIONAL_PERMISSIONS)).map(asOptional),
    ];
    check.hasMetrics = await hasMetrics(api, options.signal);
    const missing = check.permissions.filter(({ isAllowed }) => !isAllowed);
    const needed = missing.filter(({ isOptional }) => !isOptional);
    if (missing.length > 0) check.rbac = rbacFor(options.namespace);
    if (needed.length > 0) check.failure = missingFailure(needed, options.namespace);
    doing = `read the namespace ${options.namespace}`;
    await requireNamespace(api, options);
  } catch (error) {
    options.signal.throwIfAborted();
    const { kind, message, remedy, evidence } = runnerErrorFrom(error, access.server, doing);
    check.failure = { kind, message, remedy, evidence };
  } finally {
    await api.close();
  }
  return check;
}

function asOptional(permission: ClusterPermission): ClusterPermission {
  return { ...permission, isOptional: true };
}

async function readVersion(api: ClusterApi, signal: AbortSignal): Promise<string> {
  const version = await api.call("GET", "/version", { signal });
  const text = version && typeof version === "object" && "gitVersion" in version;
  return text ? String(version.gitVersion) : "unknown";
}

/** Which of these the connection's user has in the namespace. @throws ApiFailure */
export async function readPermissions(
  api: ClusterApi,
  { namespace, signal }: { namespace: string; signal: AbortSignal },
  wanted: readonly WantedPermission[] = PERMISSIONS,
): Promise<ClusterPermission[]> {
  const ask = async (verb: string, path: string): Promise<boolean> => {
    const [name = "", subresource] = path.split("/");
    const [resource, group] = name.split(/\.(.*)/);
    const answer = await api.call(
      "POST",
      "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      {
        body: {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SelfSubjectAccessReview",
          spec: { resourceAttributes: { namespace, verb, group, resource, subresource } },
        },
        signal,
      },
    );
    // The API server's own answer to a review that it accepted.
    return (answer as { status?: { allowed?: boolean } }).status?.allowed === true;
  };
  return Promise.all(
    wanted.map(async ([verb, resource, neededFor]) => ({
      name: `${verb} ${resource}`,
      isAllowed: await ask(verb, resource),
      isOptional: false,
      neededFor,
    })),
  );
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
