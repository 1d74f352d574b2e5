import { Client, type Notification } from "pg";
import { log } from "#lib/config/log.ts";
import { CHANGED_CHANNEL, WORK_CHANNEL } from "./channels.ts";
import { openedUrl } from "./database.ts";

/** What a worker is woken for. */
export type Work = { kind: "advance" } | { kind: "claim" } | { kind: "kill"; executionId: string };

interface Wakeups {
  url: string;
  changed: Map<string, Set<() => void>>;
  work: Set<(work: Work) => void>;
  client: Client | null;
  isClosed: boolean;
}

// On globalThis, because Next keeps several instances of a module in one process.
const shared = globalThis as typeof globalThis & { podflowWakeups?: Wakeups };
const RECONNECT_MS = 500;
const FALLBACK_MS = 2000;

/**
 * Calls `wake` whenever the execution may have changed: at its notifications, after a lost
 * connection, and every two seconds in case one was missed.
 * @returns ends it
 */
export function onExecutionChange(executionId: string, wake: () => void): () => void {
  const { changed } = opened();
  const waiting = changed.get(executionId) ?? new Set();
  changed.set(executionId, waiting.add(wake));
  const timer = setInterval(wake, FALLBACK_MS);
  return () => {
    clearInterval(timer);
    waiting.delete(wake);
    if (waiting.size === 0) changed.delete(executionId);
  };
}

/** Calls `wake` when there is work; after a lost connection for everything that may have been missed. */
export function onWork(wake: (work: Work) => void): () => void {
  const { work } = opened();
  work.add(wake);
  return () => void work.delete(wake);
}

/** Ends the process's one listening connection. */
export async function closeWakeups(): Promise<void> {
  const wakeups = shared.podflowWakeups;
  if (!wakeups) return;
  delete shared.podflowWakeups;
  wakeups.isClosed = true;
  await wakeups.client?.end().catch((error: Error) => {
    log().debug({ error: error.message }, "the listening connection was broken already");
  });
}

function opened(): Wakeups {
  const known = shared.podflowWakeups;
  if (known?.url === openedUrl()) return known;
  const wakeups: Wakeups = {
    url: openedUrl(),
    changed: new Map(),
    work: new Set(),
    client: null,
    isClosed: false,
  };
  shared.podflowWakeups = wakeups;
  void keepListening(wakeups);
  return wakeups;
}

async function keepListening(wakeups: Wakeups): Promise<void> {
  let saidSo = false;
  while (!wakeups.isClosed) {
    try {
      await listenOnce(wakeups, () => (saidSo = false));
    } catch (error) {
      const facts = { error: String(error) };
      if (!saidSo) log().warn(facts, "no notifications from the database: connecting again");
      saidSo = true;
    }
    if (!wakeups.isClosed)
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS).unref());
  }
}

/** Listens until the connection ends. */
async function listenOnce(wakeups: Wakeups, onListening: () => void): Promise<void> {
  const client = new Client({ connectionString: wakeups.url, keepAlive: true });
  const ended = new Promise<void>((resolve, reject) => {
    // A connection that breaks may say so twice, and an error that nobody hears ends the process.
    client.on("error", reject);
    client.once("end", resolve);
  });
  // Whoever awaits it comes later, or not at all when connecting fails.
  ended.catch(() => undefined);
  client.on("notification", (message) => tell(wakeups, message));
  await client.connect();
  wakeups.client = client;
  if (wakeups.isClosed) return client.end();
  await client.query(`LISTEN ${CHANGED_CHANNEL}`);
  await client.query(`LISTEN ${WORK_CHANNEL}`);
  onListening();
  // What was said while nobody listened is not said again.
  for (const waiting of wakeups.changed.values()) for (const wake of waiting) wake();
  for (const wake of wakeups.work) for (const kind of ["advance", "claim"] as const) wake({ kind });
  await ended;
}

function tell(wakeups: Wakeups, { channel, payload = "" }: Notification): void {
  if (channel === CHANGED_CHANNEL) {
    for (const wake of wakeups.changed.get(payload) ?? []) wake();
    return;
  }
  const [kind, executionId] = payload.split(" ");
  for (const wake of wakeups.work) {
    if (kind === "kill" && executionId) wake({ kind, executionId });
    if (kind === "advance" || kind === "claim") wake({ kind });
  }
}
