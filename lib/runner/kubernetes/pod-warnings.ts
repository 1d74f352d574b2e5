import type { ClusterApi } from "./api.ts";
import type { ImagePulls } from "./image-pulls.ts";
import type { Pod } from "./pod.ts";
import { type Wait, waitOfEvents, type WarningEvent } from "./waiting-causes.ts";
import { type WarningWatch, warningWatchOf } from "./warning-watch.ts";

/** Most containers are made sooner; those that are not have a reason. */
const SLOW_MS = 500;
/** Where events cannot be watched they are read, in seconds after the pod was first looked at. */
const LOOKS = [1, 3, 10, 30, 60, 120, 300];

/**
 * What a pod's status does not tell while its containers are being made: volumes, network, images.
 * Only the pod's events do, so they are followed when that takes unusually long.
 */
export class PodWarnings {
  readonly #api: ClusterApi;
  readonly #ring: () => void;
  readonly #pulls: ImagePulls | null;
  #since: number | null = null;
  #looks = 0;
  #read: WarningEvent[] = [];
  #watch: WarningWatch | null = null;
  #unfollow: (() => void) | null = null;

  /** `ring` is called when there may be more to explain. */
  constructor(api: ClusterApi, ring: () => void, pulls: ImagePulls | null = null) {
    this.#api = api;
    this.#ring = ring;
    this.#pulls = pulls;
  }

  /** The wait that the events explain, or the same one; and when to ask again. */
  async explain(
    pod: Pod,
    wait: Wait,
    signal: AbortSignal,
  ): Promise<{ wait: Wait; againAt: number | null }> {
    if (wait.waiting.kind !== "starting" || wait.isOurs) {
      this.close();
      return { wait, againAt: null };
    }
    const now = this.#api.now();
    this.#since ??= now;
    if (now < this.#since + SLOW_MS) return { wait, againAt: this.#since + SLOW_MS };
    const { namespace, uid } = pod.metadata;
    if (!this.#watch) {
      this.#watch = warningWatchOf(this.#api, namespace);
      const unfollow = this.#watch.follow(uid, this.#ring);
      const unfollowPulls = this.#pulls?.follow(uid, this.#ring);
      this.#unfollow = () => {
        unfollow();
        unfollowPulls?.();
      };
    }
    let againAt: number | null = null;
    if (this.#watch.isRefused) {
      if (now >= this.#nextLook()) {
        this.#looks += 1;
        this.#read = await this.#readNow(pod, signal);
      }
      againAt = this.#looks < LOOKS.length ? this.#nextLook() : null;
    }
    const pull = this.#pulls?.runningPull(pod) ?? null;
    const explained = waitOfEvents([...this.#read, ...this.#watch.eventsOf(uid)], pull);
    return { wait: explained ?? wait, againAt };
  }

  /** Follows no events any more. */
  close(): void {
    this.#unfollow?.();
    this.#unfollow = null;
    this.#watch = null;
    this.#read = [];
    this.#since = null;
    this.#looks = 0;
  }

  #nextLook(): number {
    const seconds = LOOKS[this.#looks];
    return seconds === undefined ? Number.POSITIVE_INFINITY : (this.#since ?? 0) + seconds * 1000;
  }

  async #readNow(pod: Pod, signal: AbortSignal): Promise<WarningEvent[]> {
    const { namespace, uid } = pod.metadata;
    try {
      const answer = await this.#api.call("GET", `/api/v1/namespaces/${namespace}/events`, {
        query: { fieldSelector: `involvedObject.uid=${uid},type=Warning`, limit: 50 },
        signal,
      });
      // The API server's own answer to a list of events.
      return (answer as { items: WarningEvent[] }).items;
    } catch {
      signal.throwIfAborted();
      // Events only explain; without them the pod is shown as it is.
      return [];
    }
  }
}
