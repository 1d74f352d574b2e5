import { setTimeout as pause } from "node:timers/promises";
import type { Observation } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure } from "./api-failure.ts";
import { IDLE_MS, withIdleLimit } from "./idle-limit.ts";
import { containerOf, INIT_HELPER, MAIN, type Pod, statusOf } from "./pod.ts";
import { linesOf } from "./pod-watch.ts";
import type { RunningPull } from "./waiting-causes.ts";

/** pkg/kubelet/events/event.go: PullingImage, and PulledImage also of an image that was there already. */
const REASONS = ["Pulling", "Pulled"];
/** A field selector cannot say "or": the other events of every pod, several for each, are left out by name. */
const OTHERS = ["Scheduled", "Created", "Started", "Killing", "BackOff"];
const SELECTOR = [
  "involvedObject.kind=Pod",
  "type=Normal",
  ...OTHERS.map((reason) => `reason!=${reason}`),
].join(",");
const WATCH_SECONDS = 240;
/** After anything went wrong: it is only a mark on a time line. */
const BACKOFF_MS = 5_000;
/** Where events may not be read. */
const REFUSED_MS = 300_000;
/** Pods whose attempts were let go without a word. */
const MAX_PODS = 10_000;

/** Of events, which are kept for an hour. */
const PAGE = 500;
const MOST_PAGES = 8;

interface PullEvents {
  metadata: { resourceVersion: string; continue?: string };
  items?: PullEvent[];
}

interface PullEvent {
  reason?: string;
  metadata: { resourceVersion?: string };
  involvedObject?: { uid?: string; fieldPath?: string };
  message?: string;
  lastTimestamp?: string | null;
  eventTime?: string | null;
}

interface Pull {
  image: string;
  pulling: Date;
  /** null: not yet. */
  pulled: Date | null;
}

/**
 * Which images of pods are on their way, and when they were there. A pod's status does not tell, only
 * its events do: one watch on them for everybody costs no request per task.
 */
export class ImagePulls {
  readonly #api: ClusterApi;
  readonly #path: string;
  /** By uid and container. */
  readonly #pulls = new Map<string, Map<string, Pull>>();
  /** What rings, by the pod's uid. */
  readonly #followers = new Map<string, () => void>();
  readonly #ended = new AbortController();

  constructor(api: ClusterApi, namespace: string) {
    this.#api = api;
    this.#path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
    void this.#run();
  }

  /** The observation with the moment at which the first of the pod's own images was there. */
  mark(observation: Observation, pod: Pod | undefined): Observation {
    const container = pod && containerOf(pod, INIT_HELPER) ? INIT_HELPER : MAIN;
    const pull = pod && this.#pulls.get(pod.metadata.uid)?.get(container);
    if (!pull?.pulled) return observation;
    const { pulling, pulled } = pull;
    return { ...observation, marks: { ...observation.marks, pulling, pulled } };
  }

  /** The image that the pod's node fetches now, of a container that does not run yet; null: none. */
  runningPull(pod: Pod): RunningPull | null {
    for (const [container, { image, pulling, pulled }] of this.#pulls.get(pod.metadata.uid) ?? []) {
      const { running, terminated } = statusOf(pod, container)?.state ?? {};
      if (pulled || running || terminated) continue;
      return { container, image, since: pulling };
    }
    return null;
  }

  /** Calls back when the node of the pod of this uid begins to pull, or has. Returns what ends that. */
  follow(uid: string, ring: () => void): () => void {
    this.#followers.set(uid, ring);
    return () => {
      if (this.#followers.get(uid) === ring) this.#followers.delete(uid);
    };
  }

  forget(uid: string): void {
    this.#pulls.delete(uid);
  }

  close(): void {
    this.#ended.abort(new Error("The runner was closed."));
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    let version: string | null = null;
    while (!signal.aborted) {
      try {
        version ??= await this.#latestVersion(signal);
        version = await this.#watch(version, signal);
      } catch (error) {
        version = null;
        const isRefused = error instanceof ApiFailure && [401, 403].includes(error.status);
        const wait = isRefused ? REFUSED_MS : BACKOFF_MS;
        await pause(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => null);
      }
    }
  }

  /** Notes what was before, for pods that began while nobody listened, as far as it is not too much. */
  async #latestVersion(signal: AbortSignal): Promise<string> {
    let version: string | undefined;
    let next: string | undefined;
    for (let pages = 0; pages < MOST_PAGES && (pages === 0 || next); pages += 1) {
      const query = { fieldSelector: SELECTOR, limit: PAGE, ...(next && { continue: next }) };
      const answer = await this.#api.call("GET", this.#path, { query, signal });
      // The API server's own answer to a list of events.
      const { metadata, items = [] } = answer as PullEvents;
      for (const event of items) this.#note(event);
      version ??= metadata.resourceVersion;
      next = metadata.continue;
    }
    return version ?? "";
  }

  /** Returns where the next watch begins; null when that is too old (410). */
  async #watch(from: string, signal: AbortSignal): Promise<string | null> {
    let version = from;
    const body = await this.#api.stream(this.#path, {
      query: {
        fieldSelector: SELECTOR,
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: version,
        timeoutSeconds: Math.floor(WATCH_SECONDS * (1 + Math.random() / 4)),
      },
      signal,
    });
    for await (const line of linesOf(withIdleLimit(body, IDLE_MS))) {
      // One JSON object a line, by the API's definition of a watch.
      const event = JSON.parse(line) as { type: string; object: PullEvent };
      if (event.type === "ERROR") return null;
      version = event.object.metadata.resourceVersion ?? version;
      if (event.type === "ADDED" || event.type === "MODIFIED") this.#note(event.object);
    }
    return version;
  }

  #note({ reason = "", involvedObject, message = "", lastTimestamp, eventTime }: PullEvent): void {
    const { uid } = involvedObject ?? {};
    const container = /\{(.+)\}$/.exec(involvedObject?.fieldPath ?? "")?.[1];
    const time = new Date(lastTimestamp ?? eventTime ?? Number.NaN);
    if (uid === undefined || container === undefined || !REASONS.includes(reason)) return;
    if (!(time.getTime() > 0)) return;
    const known = this.#pulls.get(uid) ?? new Map<string, Pull>();
    const before = known.get(container);
    if (!before?.pulled) {
      const at = withinSecond(time, this.#api.now());
      const image = /"(.+?)"/.exec(message)?.[1] ?? "";
      const pull =
        reason === "Pulled"
          ? { image, pulling: new Date(at.getTime() - pullMs(message)), pulled: at }
          : { image, pulling: at, pulled: null };
      known.set(container, pull);
    }
    this.#pulls.set(uid, known);
    const [oldest] = this.#pulls.keys();
    if (this.#pulls.size > MAX_PODS && oldest !== undefined) this.#pulls.delete(oldest);
    this.#followers.get(uid)?.();
  }
}

/** pkg/kubelet/images/image_manager.go: `Successfully pulled image "x" in 3.2s (3.5s including waiting)`. */
export function pullMs(message: string): number {
  const written = /\(([\d.hmsµun]+) including waiting\)/.exec(message)?.[1] ?? "";
  let ms = 0;
  for (const [, amount, unit = ""] of written.matchAll(/([\d.]+)(h|ms|m|s|µs|us|ns)/g)) {
    ms += Number(amount) * (UNIT_MS[unit] ?? 0);
  }
  return ms;
}

/** Of Go's durations. */
const UNIT_MS: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, µs: 0.001 };

/** Events tell whole seconds; within that one, the moment at which we heard of it is nearer. */
function withinSecond(time: Date, heardAt: number): Date {
  if (time.getMilliseconds() !== 0) return time;
  return new Date(Math.min(Math.max(heardAt, time.getTime()), time.getTime() + 999));
}
