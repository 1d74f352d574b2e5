import type { AttemptSpec } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { needsUpload } from "./inline-files.ts";

/** A permission that runs ask for. */
export interface Permission {
  verb: string;
  /** With its subresource or its group: `pods/log`, `jobs.batch`. */
  resource: string;
  /** The tasks that ask for it. `pod`: all but those of Jobs. */
  tasks: "all" | "pod" | "files" | "credentials" | "job";
  /** Whether such a task fails without it. Otherwise it runs, and only what this is for is lost. */
  isVital: boolean;
  neededFor: string;
  /** The minor version of Kubernetes 1 that began to ask for it; absent: all do. */
  sinceMinor?: number;
}

const SECRET_NEED = "for tasks with `credentials`";
const JOB_NEED = "for tasks with `job`";

/** Everything that is asked of a cluster. */
export const PERMISSIONS: readonly Permission[] = [
  vital("create", "pods", "pod", "to run a task"),
  vital("get", "pods", "all", "to run a task"),
  vital("list", "pods", "all", "to see how a task goes"),
  vital("watch", "pods", "all", "to see how a task goes"),
  vital("delete", "pods", "all", "to stop and remove a task"),
  vital("get", "pods/log", "all", "to read a task's log"),
  vital("get", "pods/exec", "files", "to bring files in and out"),
  // Running a command is a GET here, which needed `get` alone before (pkg/registry/core/pod/rest/authorize.go).
  { ...vital("create", "pods/exec", "files", "to bring files in and out"), sinceMinor: 35 },
  useful("watch", "events", "all", "to say at once why a pod does not start"),
  useful("list", "events", "all", "to keep a failed pod's events, and to tell when its image came"),
  vital("create", "secrets", "credentials", SECRET_NEED),
  useful("patch", "secrets", "credentials", `${SECRET_NEED}: to have a login go with its pod`),
  useful("delete", "secrets", "credentials", `${SECRET_NEED}: to remove a login at the task's end`),
  useful("list", "secrets", "credentials", `${SECRET_NEED}: to find what a crash left`),
  vital("create", "jobs.batch", "job", JOB_NEED),
  vital("delete", "jobs.batch", "job", JOB_NEED),
  useful("get", "jobs.batch", "job", `${JOB_NEED}: to go on with one after a crash`),
  useful("list", "jobs.batch", "job", `${JOB_NEED}: to find what a crash left`),
];

type Row = [verb: string, resource: string, tasks: Permission["tasks"], neededFor: string];

function vital(...[verb, resource, tasks, neededFor]: Row): Permission {
  return { verb, resource, tasks, isVital: true, neededFor };
}

function useful(...[verb, resource, tasks, neededFor]: Row): Permission {
  return { verb, resource, tasks, isVital: false, neededFor };
}

/** e.g. `create pods`. */
export function nameOf({ verb, resource }: Permission): string {
  return `${verb} ${resource}`;
}

/** What this run asks for, of all that runs may ask for. */
export function permissionsOf(spec: AttemptSpec): readonly Permission[] {
  const { inputFiles, keepsFiles, kubernetes } = spec;
  const asks: Record<Permission["tasks"], boolean> = {
    all: true,
    pod: !kubernetes.asJob,
    // Small files travel with the pod.
    files: keepsFiles || needsUpload(inputFiles),
    credentials: kubernetes.credentials !== null,
    job: kubernetes.asJob,
  };
  return PERMISSIONS.filter(({ tasks }) => asks[tasks]);
}

/** Whether a cluster of this version asks for it, e.g. `v1.37.1`; one that is not known may. */
export function isAskedBy(version: string, { sinceMinor = 0 }: Permission): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return major !== "1" || Number(minor) >= sinceMinor;
}

/** Those of these that the connection's user lacks in the namespace. @throws ApiFailure */
export async function missingPermissions(
  api: ClusterApi,
  wanted: readonly Permission[],
  { namespace, signal }: { namespace: string; signal: AbortSignal },
): Promise<Permission[]> {
  const answers = await Promise.all(
    wanted.map(async (permission) => ({
      permission,
      isAllowed: await isAllowed(api, permission, { namespace, signal }),
    })),
  );
  return answers.flatMap((answer) => (answer.isAllowed ? [] : [answer.permission]));
}

async function isAllowed(
  api: ClusterApi,
  { verb, resource: written }: Permission,
  { namespace, signal }: { namespace: string; signal: AbortSignal },
): Promise<boolean> {
  const [name = "", subresource] = written.split("/");
  const [resource, group] = name.split(/\.(.*)/);
  const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const answer = await api.call("POST", path, {
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: { namespace, verb, group, resource, subresource } },
    },
    signal,
  });
  // The API server's own answer to a review that it accepted.
  return (answer as { status?: { allowed?: boolean } }).status?.allowed === true;
}

/** The API server's version, e.g. `v1.37.1`. @throws ApiFailure */
export async function readVersion(api: ClusterApi, signal: AbortSignal): Promise<string> {
  const version = await api.call("GET", "/version", { signal });
  const text = version && typeof version === "object" && "gitVersion" in version;
  return text ? String(version.gitVersion) : "unknown";
}
