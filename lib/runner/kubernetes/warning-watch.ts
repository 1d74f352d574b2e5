import { setTimeout as pause } from "node:timers/promises";
import type { ClusterApi } from "./api.ts";
import { ApiFailure } from "./api-failure.ts";
import { IDLE_MS, withIdleLimit } from "./idle-limit.ts";
import { linesOf } from "./pod-watch.ts";
import type { WarningEvent } from "./waiting-causes.ts";

const SELECTOR = "type=Warning,involvedObject.kind=Pod";
const WATCH_SECONDS = 240;
const BACKOFF_MS = 1_000;
/** After the last pod that is followed: the next slow one often comes soon. */
const LINGER_MS = 10_000;
/** Whose warnings are kept: who follows a pod wants those that came before, too. */
const MAX_PODS = 1_000;

interface PodEvent extends WarningEvent {
  metadata: { uid: string };
  involvedObject?: { uid?: string };
}

const watches = new WeakMap<ClusterApi, Map<string, WarningWatch>>();

/** The one watch for everybody who uses this connection and namespace. */
export function warningWatchOf(api: ClusterApi, namespace: string): WarningWatch {
  const ofApi = watches.get(api) ?? new Map<string, WarningWatch>();
  watches.set(api, ofApi);
  const known = ofApi.get(namespace) ?? new WarningWatch(api, namespace);
  ofApi.set(namespace, known);
  return known;
}

/** The warnings about pods that start slowly: open only while somebody follows one. */
export class WarningWatch {
  readonly #api: ClusterApi;
  readonly #path: string;
  /** What rings, by the pod's uid. */
  readonly #followers = new Map<string, () => void>();
  /** By the pod's uid and the event's: a repeated one is changed, not made again. */
  readonly #events = new Map<string, Map<string, WarningEvent>>();
  #running: AbortController | null = null;
  #linger: NodeJS.Timeout | null = null;
  #isRefused = false;

  constructor(api: ClusterApi, namespace: string) {
    this.#api = api;
    this.#path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
  }

  /** Whether the connection's user may not watch events, so that they have to be read now and then. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** What was heard of the pod. */
  eventsOf(uid: string): WarningEvent[] {
    return [...(this.#events.get(uid)?.values() ?? [])];
  }

  /** Calls back at every new warning about the pod of this uid. Returns what ends that. */
  follow(uid: string, ring: () => void): () => void {
    this.#followers.set(uid, ring);
    if (this.#linger) clearTimeout(this.#linger);
    if (!this.#running) {
      this.#running = new AbortController();
      void this.#run(this.#running.signal);
    }
    return () => {
      if (this.#followers.get(uid) === ring) this.#followers.delete(uid);
      if (this.#followers.size === 0) this.#stopSoon();
    };
  }

  #stopSoon(): void {
    if (this.#linger) clearTimeout(this.#linger);
    this.#linger = setTimeout(() => {
      this.#running?.abort(new Error("Nobody follows warnings any more."));
      this.#running = null;
      this.#events.clear();
    }, LINGER_MS);
    this.#linger.unref();
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#isRefused = error instanceof ApiFailure && [401, 403].includes(error.status);
        if (this.#isRefused) for (const ring of this.#followers.values()) ring();
      }
      await pause(BACKOFF_MS, undefined, { signal }).catch(() => null);
    }
  }

  /** Without a version to begin at, a watch tells what there is first: nothing is missed after a cut. */
  async #watch(signal: AbortSignal): Promise<void> {
    const query = { fieldSelector: SELECTOR, watch: true, timeoutSeconds: WATCH_SECONDS };
    const body = await this.#api.stream(this.#path, { query, signal });
    this.#isRefused = false;
    for await (const line of linesOf(withIdleLimit(body, IDLE_MS))) {
      // One JSON object a line, by the API's definition of a watch.
      const { type, object } = JSON.parse(line) as { type: string; object: PodEvent };
      if (type === "ADDED" || type === "MODIFIED") this.#note(object);
    }
  }

  #note({ metadata, involvedObject, ...event }: PodEvent): void {
    const { uid } = involvedObject ?? {};
    if (uid === undefined) return;
    const known = this.#events.get(uid) ?? new Map<string, WarningEvent>();
    this.#events.set(uid, known.set(metadata.uid, event));
    const [oldest] = this.#events.keys();
    if (oldest !== undefined && this.#events.size > MAX_PODS) this.#events.delete(oldest);
    this.#followers.get(uid)?.();
  }
}
