import type { Inspection, RunHandle } from "../contract.ts";
import type { CallOptions, ClusterApi } from "./api.ts";
import type { Pod } from "./pod.ts";
import { podPath, readPod } from "./read-pod.ts";

/** Of each container. */
const LOG_LINES = 200;
const LOG_BYTES = 64 * 1024;
const MAX_EVENTS = 200;
/** Of one part, from when its question goes: a node may be silent where all else answers at once. */
const ANSWER_MS = 3_000;
/** Of all, with the waiting for their turn: some thousand questions, where a crowd fails at once. */
const WHOLE_MS = 30_000;

/**
 * Everything that the cluster can still tell of a pod: its manifest and status, its events, its node,
 * the last lines of each container. Takes 30 s at most, and never fails but by the signal: a part that
 * cannot be read, or comes late, says why.
 * @param lastSeen the pod as it was last seen, for when it is gone
 */
export async function inspectPod(
  api: ClusterApi,
  handle: RunHandle,
  { lastSeen, signal }: { lastSeen: Pod | null; signal: AbortSignal },
): Promise<Inspection | null> {
  const parts = new Parts(api, signal);
  const read = await parts.read((asking) => readPod(api, handle, asking.signal, asking.limitMs));
  const pod = isUnread(read) ? lastSeen : (read ?? lastSeen);
  const isGone = read === null;
  const [events, node, logs] = await Promise.all([
    parts.read((asking) => eventsOf(api, handle, asking)),
    pod?.spec?.nodeName ? parts.read((asking) => nodeOf(api, pod, asking)) : null,
    pod && !isGone ? logsOf(parts, pod) : null,
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

type Asking = Pick<CallOptions, "signal" | "limitMs">;

interface Unread {
  notRead: string;
}

function isUnread(found: unknown): found is Unread {
  return typeof found === "object" && found !== null && "notRead" in found;
}

/** Reads the parts of one inspection, of which none may cost another. */
class Parts {
  readonly api: ClusterApi;
  readonly #signal: AbortSignal;
  readonly #whole = AbortSignal.timeout(WHOLE_MS);

  constructor(api: ClusterApi, signal: AbortSignal) {
    this.api = api;
    this.#signal = signal;
  }

  /** What was read, or why it could not be. @throws the signal's reason */
  async read<T>(ask: (asking: Asking) => Promise<T>): Promise<T | Unread> {
    try {
      const signal = AbortSignal.any([this.#signal, this.#whole]);
      return await ask({ signal, limitMs: ANSWER_MS });
    } catch (error) {
      this.#signal.throwIfAborted();
      if (this.#whole.aborted)
        return { notRead: `It could not be asked for within ${WHOLE_MS / 1000} s.` };
      if (!(error instanceof Error)) return { notRead: String(error) };
      if (error.name !== "TimeoutError") return { notRead: error.message };
      return { notRead: `No answer came within ${ANSWER_MS / 1000} s.` };
    }
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
  asking: Asking,
): Promise<object[]> {
  const answer = await api.call(
    "GET",
    `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
    {
      query: { fieldSelector: `involvedObject.uid=${uid}`, limit: MAX_EVENTS },
      ...asking,
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

async function nodeOf(api: ClusterApi, { spec }: Pod, asking: Asking): Promise<object> {
  const name = encodeURIComponent(spec?.nodeName ?? "");
  // The API server's own answer to a read of a node.
  const node = (await api.call("GET", `/api/v1/nodes/${name}`, asking)) as {
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

async function logsOf(parts: Parts, pod: Pod): Promise<Record<string, string[] | Unread>> {
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  const logs = [...initContainers, ...containers].map(async ({ name }) => {
    const lines = await parts.read((asking) => lastLines(parts.api, pod, { name, asking }));
    return [name, lines] as const;
  });
  return Object.fromEntries(await Promise.all(logs));
}

async function lastLines(
  api: ClusterApi,
  { metadata }: Pod,
  { name, asking }: { name: string; asking: Asking },
): Promise<string[]> {
  const body = await api.stream(`${podPath(metadata)}/log`, {
    query: { container: name, tailLines: LOG_LINES, limitBytes: LOG_BYTES, timestamps: true },
    ...asking,
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
