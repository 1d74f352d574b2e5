import type { Inspection, RunHandle } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import type { Pod } from "./pod.ts";
import { podPath, readPod } from "./read-pod.ts";

/** Of each container. */
const LOG_LINES = 200;
const LOG_BYTES = 64 * 1024;
const MAX_EVENTS = 200;

/**
 * Everything that the cluster can still tell of a pod: its manifest and status, its events, its node,
 * the last lines of each container. Never fails: a part that cannot be read says why.
 * @param lastSeen the pod as it was last seen, for when it is gone
 */
export async function inspectPod(
  api: ClusterApi,
  handle: RunHandle,
  { lastSeen, signal }: { lastSeen: Pod | null; signal: AbortSignal },
): Promise<Inspection | null> {
  const read = await part(signal, () => readPod(api, handle, signal));
  const pod = isUnread(read) ? lastSeen : (read ?? lastSeen);
  const isGone = read === null;
  const [events, node, logs] = await Promise.all([
    part(signal, () => eventsOf(api, handle, signal)),
    pod?.spec?.nodeName ? part(signal, () => nodeOf(api, pod, signal)) : null,
    pod && !isGone ? logsOf(api, pod, signal) : null,
  ]);
  if (isGone && !pod && Array.isArray(events) && events.length === 0) return null;
  return {
    readAt: new Date(api.now()).toISOString(),
    server: api.access.server,
    pod: pod ? manifestOf(pod) : read,
    ...(isGone && { remark: "The pod is gone: this is how it was last seen." }),
    events,
    node,
    logs,
  };
}

interface Unread {
  notRead: string;
}

function isUnread(found: unknown): found is Unread {
  return typeof found === "object" && found !== null && "notRead" in found;
}

/** What was read, or why it could not be. */
async function part<T>(signal: AbortSignal, read: () => Promise<T>): Promise<T | Unread> {
  try {
    return await read();
  } catch (error) {
    signal.throwIfAborted();
    return { notRead: error instanceof Error ? error.message : String(error) };
  }
}

interface ClusterEvent {
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  source?: object;
}

async function eventsOf(
  api: ClusterApi,
  { namespace, uid }: RunHandle,
  signal: AbortSignal,
): Promise<object[]> {
  const answer = await api.call(
    "GET",
    `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
    {
      query: { fieldSelector: `involvedObject.uid=${uid}`, limit: MAX_EVENTS },
      signal,
    },
  );
  // The API server's own answer to a list of events.
  const { items } = answer as { items: ClusterEvent[] };
  const timeOf = (event: ClusterEvent): string => event.lastTimestamp ?? event.eventTime ?? "";
  return items
    .toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1))
    .map(({ type, reason, message, count, firstTimestamp, source, ...event }) => ({
      time: timeOf(event),
      type,
      reason,
      message,
      count,
      firstTimestamp,
      source,
    }));
}

async function nodeOf(api: ClusterApi, { spec }: Pod, signal: AbortSignal): Promise<object> {
  const name = encodeURIComponent(spec?.nodeName ?? "");
  // The API server's own answer to a read of a node.
  const node = (await api.call("GET", `/api/v1/nodes/${name}`, { signal })) as {
    metadata: { name: string; labels?: object };
    spec: { taints?: unknown; unschedulable?: unknown };
    status: Record<string, unknown>;
  };
  const { conditions, capacity, allocatable, nodeInfo } = node.status;
  const { taints, unschedulable } = node.spec;
  const { labels } = node.metadata;
  return {
    name: node.metadata.name,
    conditions,
    taints,
    unschedulable,
    allocatable,
    capacity,
    nodeInfo,
    labels,
  };
}

async function logsOf(
  api: ClusterApi,
  pod: Pod,
  signal: AbortSignal,
): Promise<Record<string, string[] | Unread>> {
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  const logs = [...initContainers, ...containers].map(async ({ name }) => {
    return [name, await part(signal, () => lastLines(api, pod, { name, signal }))] as const;
  });
  return Object.fromEntries(await Promise.all(logs));
}

async function lastLines(
  api: ClusterApi,
  { metadata }: Pod,
  { name, signal }: { name: string; signal: AbortSignal },
): Promise<string[]> {
  const body = await api.stream(`${podPath(metadata)}/log`, {
    query: { container: name, tailLines: LOG_LINES, limitBytes: LOG_BYTES, timestamps: true },
    signal,
  });
  const text = Buffer.concat(await Array.fromAsync(body)).toString("utf8");
  return text.split("\n").filter((line) => line !== "");
}

/** As Kubernetes has it, without what is only bytes of input files. */
function manifestOf(pod: Pod): object {
  const { managedFields: _managedFields, ...metadata }: Record<string, unknown> = {
    ...pod.metadata,
  };
  const text = JSON.stringify({ apiVersion: "v1", kind: "Pod", ...pod, metadata });
  return JSON.parse(text, (_key, value: unknown) => withoutFiles(value)) as object;
}

const MAX_TEXT = 16 * 1024;

/** Input files travel as base64 or as formats of printf (inline-files.ts, self-bringing.ts). */
function withoutFiles(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const text = value.replaceAll(/printf '[^']*' > /g, "printf '(the bytes of a file)' > ");
  const isPacked = text.length > 200 && /^[A-Za-z0-9+/]+=*$/.test(text);
  if (isPacked || text.length > MAX_TEXT) return `(${text.length} characters are left out)`;
  return text;
}
