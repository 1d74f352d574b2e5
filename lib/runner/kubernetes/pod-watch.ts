import { setTimeout as pause } from "node:timers/promises";
import type { RunnerError } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { runnerErrorFrom } from "./api-failure.ts";
import { deletionAskedAt } from "./end-facts.ts";
import { IDLE_MS, withIdleLimit } from "./idle-limit.ts";
import { MAIN, type Pod, statusOf } from "./pod.ts";
import { isRefusal, REFUSED_MS } from "./refusal.ts";
import { Spell } from "./spell.ts";

/** The server ends a watch after this long by itself; the exact time is spread. */
const WATCH_SECONDS = 240;
/** A server that ends watches faster than this must not be asked without a pause. */
const SHORT_WATCH_MS = 500;
const MAX_BACKOFF_MS = 5_000;

type Listener = () => void;

/**
 * All our pods of one namespace, kept up to date by one list and one watch for everybody. Who
 * needs a pod looks at the latest snapshot whenever it is told that there may be a new one.
 */
export class PodWatch {
  readonly #api: ClusterApi;
  readonly #path: string;
  readonly #selector: string;
  readonly #pods = new Map<string, Pod>();
  /** The last sight of a pod that was deleted, for those who listen for it. */
  readonly #deleted = new Map<string, Pod>();
  /** Names of those that were there no more in a list: nobody saw how they went. */
  readonly #unseen = new Set<string>();
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #ended = new AbortController();
  #isListed = false;
  #failure: RunnerError | null = null;

  constructor(api: ClusterApi, namespace: string, selector: string) {
    this.#api = api;
    this.#path = `/api/v1/namespaces/${namespace}/pods`;
    this.#selector = selector;
    void this.#run();
  }

  /** The latest snapshot; undefined when there is none (yet). */
  get(name: string): Pod | undefined {
    return this.#pods.get(name);
  }

  /** What was last seen of a pod that is gone. */
  lastSight(name: string): Pod | undefined {
    return this.#deleted.get(name);
  }

  /** Whether a pod that is gone went while nobody watched, so that what removed it is not known. */
  wentUnseen(name: string): boolean {
    return this.#unseen.has(name);
  }

  /** Whether a missing pod means more than "not read yet". */
  get isListed(): boolean {
    return this.#isListed;
  }

  /** Set when the pods cannot be read for good, for example because access was withdrawn. */
  get failure(): RunnerError | null {
    return this.#failure;
  }

  /** Calls back at every change of the pod of this name, and at changes of what is above. */
  listen(name: string, listener: Listener): () => void {
    const all = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, all.add(listener));
    return () => {
      all.delete(listener);
      if (all.size > 0 || this.#listeners.get(name) !== all) return;
      this.#listeners.delete(name);
      this.#deleted.delete(name);
      this.#unseen.delete(name);
    };
  }

  /** Takes over a snapshot that came another way, unless the watch has a newer one. */
  add(pod: Pod): void {
    const known = this.#pods.get(pod.metadata.name);
    if (known && known.metadata.uid === pod.metadata.uid && !isNewer(pod, known)) return;
    this.#set(pod);
  }

  /** Rings for the pod of this name, because something outside of it has changed. */
  ring(name: string): void {
    this.#tell(name);
  }

  close(): void {
    this.#ended.abort(new Error("The runner was closed."));
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    let failures = 0;
    const refused = new Spell();
    while (!signal.aborted) {
      try {
        const version = await this.#list(signal);
        failures = 0;
        refused.note(false);
        await this.#watch(version, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (refused.note(isRefusal(error)) > REFUSED_MS) this.#fail(error);
        failures += 1;
        const backoff = Math.min(100 * 2 ** failures, MAX_BACKOFF_MS);
        await pause(backoff * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => null);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const answer = await this.#api.call("GET", this.#path, {
      query: { labelSelector: this.#selector },
      signal,
    });
    // The API server's own answer to a list of pods.
    const list = answer as { metadata: { resourceVersion: string }; items: Pod[] };
    const gone = new Set(this.#pods.keys());
    for (const pod of list.items) {
      gone.delete(pod.metadata.name);
      if (!this.#hasExactly(pod)) this.#set(pod);
    }
    for (const name of gone) {
      if (this.#listeners.has(name)) this.#unseen.add(name);
      this.#remove(name, this.#lastWord(name));
    }
    this.#isListed = true;
    this.#failure = null;
    // Thousands of pods that are as they were are not looked at again for a watch that was cut.
    for (const name of this.#listeners.keys()) if (!this.#pods.has(name)) this.#tell(name);
    return list.metadata.resourceVersion;
  }

  /** Returns when the server has ended the watch, or its place is too old (410): then list again. */
  async #watch(from: string, signal: AbortSignal): Promise<void> {
    let version = from;
    for (let began = Number.NEGATIVE_INFINITY; ;) {
      if (Date.now() - began < SHORT_WATCH_MS) throw new Error("The watch ended at once.");
      began = Date.now();
      const body = await this.#api.stream(this.#path, {
        query: {
          labelSelector: this.#selector,
          watch: true,
          allowWatchBookmarks: true,
          resourceVersion: version,
          timeoutSeconds: Math.floor(WATCH_SECONDS * (1 + Math.random() / 4)),
        },
        signal,
      });
      for await (const line of linesOf(withIdleLimit(body, IDLE_MS))) {
        // One JSON object a line, by the API's definition of a watch.
        const event = JSON.parse(line) as { type: string; object: Pod };
        if (event.type === "ERROR") return;
        version = event.object.metadata.resourceVersion ?? version;
        if (event.type === "DELETED") this.#remove(event.object.metadata.name, event.object);
        else if (event.type !== "BOOKMARK") this.#set(event.object);
      }
    }
  }

  #hasExactly({ metadata: { name, uid, resourceVersion } }: Pod): boolean {
    const known = this.#pods.get(name)?.metadata;
    if (known?.uid !== uid || resourceVersion === undefined) return false;
    return known.resourceVersion === resourceVersion;
  }

  #set(pod: Pod): void {
    const { name } = pod.metadata;
    this.#unseen.delete(name);
    this.#pods.set(name, withFirstDeletion(slim(pod), this.#pods.get(name)));
    this.#tell(name);
  }

  /**
   * What was seen of a pod that went while nobody watched. One that had not begun by then may have
   * begun, and even ended, since: of that nothing is known.
   */
  #lastWord(name: string): Pod | null {
    const pod = this.#pods.get(name);
    if (!pod) return null;
    const main = statusOf(pod, MAIN)?.state;
    return main?.running || main?.terminated ? pod : null;
  }

  #remove(name: string, last: Pod | null): void {
    const known = this.#pods.get(name);
    this.#pods.delete(name);
    if (last && this.#listeners.has(name)) {
      this.#deleted.set(name, withFirstDeletion(slim(last), known));
    }
    this.#tell(name);
  }

  #fail(error: unknown): void {
    this.#failure = runnerErrorFrom(error, this.#api.access.server, "list the pods of its tasks");
    this.#tellAll();
  }

  #tell(name: string): void {
    for (const listener of this.#listeners.get(name) ?? []) listener();
  }

  #tellAll(): void {
    for (const name of this.#listeners.keys()) this.#tell(name);
  }
}

/**
 * With the time when it was first asked to go. The node's last word on an ended pod, a deletion
 * without grace, sets a later one, by which its program would have ended by itself before.
 */
function withFirstDeletion(pod: Pod, known: Pod | undefined): Pod {
  if (known?.metadata.uid !== pod.metadata.uid) return pod;
  const [first, now] = [deletionAskedAt(known), deletionAskedAt(pod)];
  if (first === null || (now !== null && now <= first)) return pod;
  const { deletionTimestamp, deletionGracePeriodSeconds } = known.metadata;
  return { ...pod, metadata: { ...pod.metadata, deletionTimestamp, deletionGracePeriodSeconds } };
}

/** Input files and the like may be in the environment: not worth keeping for thousands of pods. */
function slim(pod: Pod): Pod {
  const withoutEnv = <T extends { env?: unknown }>(containers: T[] | undefined): T[] | undefined =>
    containers?.map((container) => ({ ...container, env: undefined }));
  const { spec } = pod;
  return {
    metadata: withoutManagedFields(pod.metadata),
    status: pod.status,
    spec: spec && {
      ...spec,
      containers: withoutEnv(spec.containers) ?? [],
      initContainers: withoutEnv(spec.initContainers),
    },
  };
}

function withoutManagedFields(
  metadata: Pod["metadata"] & { managedFields?: unknown },
): Pod["metadata"] {
  const { managedFields: _managedFields, ...rest } = metadata;
  return rest;
}

/** Resource versions of one resource may be compared since Kubernetes 1.35; before, they were numbers too. */
function isNewer(pod: Pod, known: Pod): boolean {
  const [one, other] = [pod, known].map(({ metadata }) => Number(metadata.resourceVersion));
  // Where they are something else, what came by the watch stays.
  return Number(one) > Number(other);
}

/** The lines of a watch, without their ends. */
export async function* linesOf(body: AsyncIterable<Buffer>): AsyncIterable<string> {
  let pieces: Buffer[] = [];
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([...pieces, chunk.subarray(start, end)]).toString("utf8");
      pieces = [];
      start = end + 1;
    }
    if (start < chunk.length) pieces.push(Buffer.from(chunk.subarray(start)));
  }
}
