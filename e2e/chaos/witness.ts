import { setTimeout as pause } from "node:timers/promises";
import { Agent, request } from "undici";
import { readKubeconfig } from "#e2e/cluster/kubeconfig.ts";

/** A pod's life as the API server told it. Moments are `performance.now()` of when that was seen. */
export interface WitnessedPod {
  name: string;
  uid: string;
  executionId: string;
  /** Whether the user's container ever ran. */
  hasStarted: boolean;
  /** Whether it may have: a kubelet that cannot find a container any more says that it has ended. */
  mayHaveStarted: boolean;
  startedAt: number;
  exitCode: number | null;
  endedAt: number | null;
  /** Whether it had ended before it was asked to go, by the cluster's clock of whole seconds. */
  endedBeforeDeletion: boolean;
  goneAt: number | null;
  /** Whether it went while the API server was away, so that its end could not be seen. */
  wentUnseen: boolean;
  /** Whether the runtime could not start, or lost, the container that keeps its files. */
  lostItsFiles: boolean;
  /** Whether the runtime was interrupted while it started the user's program. */
  startWasCut: boolean;
  /** When it was first asked to go: the node's last word on an ended pod sets a later time. */
  askedToGoAt: number;
  /** What decides what its end is due to, each time that it changed. */
  ends: string[];
}

interface Told {
  metadata: {
    name: string;
    uid: string;
    resourceVersion: string;
    labels?: Record<string, string>;
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
  };
  status?: {
    containerStatuses?: {
      name: string;
      state?: {
        running?: object;
        terminated?: {
          exitCode: number;
          reason?: string;
          message?: string;
          finishedAt: string;
          containerID?: string;
        };
      };
    }[];
  };
}

/**
 * Watches every pod of tasks by a way of its own. A broken watch goes on at the version where it
 * broke; an API server that was restarted has forgotten that, and then what there is is listed: while
 * it is away nothing can be made.
 */
export class Witness {
  readonly #pods = new Map<string, WitnessedPod>();
  readonly #ended = new AbortController();
  readonly #listeners = new Set<() => void>();

  /** Resolves once it watches. */
  static async open(kubeconfigPath: string): Promise<Witness> {
    const witness = new Witness();
    const login = await readKubeconfig(kubeconfigPath);
    const connect = { ca: login.authority, cert: login.certificate, key: login.key };
    const dispatcher = new Agent({ connect, bodyTimeout: 0 });
    const url = `${login.server}/api/v1/pods?labelSelector=podflow.dev/execution-id`;
    const version = await witness.#list(url, dispatcher);
    void witness.#run(url, dispatcher, version);
    return witness;
  }

  /** The pods of an execution, in the order in which they came. */
  of(executionId: string): WitnessedPod[] {
    return [...this.#pods.values()].filter((pod) => pod.executionId === executionId);
  }

  /** Resolves when this is so; looks at every change. */
  async until(isSo: () => boolean, signal: AbortSignal): Promise<void> {
    if (isSo()) return;
    const come = Promise.withResolvers<void>();
    const look = (): void => {
      if (isSo()) come.resolve();
    };
    const onAbort = (): void => come.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#listeners.add(look);
    await come.promise.finally(() => {
      signal.removeEventListener("abort", onAbort);
      this.#listeners.delete(look);
    });
  }

  close(): void {
    this.#ended.abort();
  }

  async #list(url: string, dispatcher: Agent): Promise<string> {
    const { body, statusCode } = await request(url, { dispatcher, signal: this.#ended.signal });
    if (statusCode !== 200) throw new Error(`The pods cannot be listed: ${await body.text()}`);
    // The API server's own answer to a list of pods.
    const list = (await body.json()) as { metadata: { resourceVersion: string }; items: Told[] };
    const there = new Set(list.items.map(({ metadata }) => metadata.uid));
    for (const pod of this.#pods.values()) {
      if (pod.goneAt !== null || there.has(pod.uid)) continue;
      pod.goneAt = performance.now();
      pod.wentUnseen = true;
    }
    for (const pod of list.items) this.#see(pod, false);
    for (const listener of this.#listeners) listener();
    return list.metadata.resourceVersion;
  }

  async #run(url: string, dispatcher: Agent, from: string): Promise<void> {
    let version: string | null = from;
    while (!this.#ended.signal.aborted) {
      try {
        version ??= await this.#list(url, dispatcher);
        const query = `&watch=true&allowWatchBookmarks=true&resourceVersion=${version}`;
        const { signal } = this.#ended;
        const { body, statusCode } = await request(`${url}${query}`, { dispatcher, signal });
        if (statusCode === 410) version = null;
        if (statusCode !== 200) throw new Error(await body.text());
        let rest = "";
        for await (const chunk of body.setEncoding("utf8")) {
          const lines: string[] = (rest + String(chunk)).split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines.filter(Boolean)) {
            // One JSON object a line, by the API's definition of a watch.
            const { type, object } = JSON.parse(line) as { type: string; object: Told };
            if (type === "ERROR") version = null;
            if (type === "ERROR") throw new Error(line);
            version = object.metadata.resourceVersion;
            if (type !== "BOOKMARK") this.#see(object, type === "DELETED");
          }
        }
      } catch {
        // The API server is away, by the chaos' own doing.
      }
      await pause(50);
    }
    await dispatcher.destroy();
  }

  #see({ metadata, status }: Told, isGone: boolean): void {
    const known = this.#pods.get(metadata.uid);
    const pod = known ?? {
      name: metadata.name,
      uid: metadata.uid,
      executionId: metadata.labels?.["podflow.dev/execution-id"] ?? "",
      hasStarted: false,
      mayHaveStarted: false,
      startedAt: Number.POSITIVE_INFINITY,
      exitCode: null,
      endedAt: null,
      endedBeforeDeletion: false,
      goneAt: null,
      wentUnseen: false,
      lostItsFiles: false,
      startWasCut: false,
      askedToGoAt: Number.POSITIVE_INFINITY,
      ends: [],
    };
    this.#pods.set(metadata.uid, pod);
    const main = status?.containerStatuses?.find(({ name }) => name === "main")?.state;
    const end = main?.terminated;
    pod.startWasCut ||= end?.message?.startsWith("failed to start containerd") === true;
    // A container that could not be made has an end too, sometimes with an id.
    const wasMade = end?.reason !== "StartError" || pod.startWasCut;
    const ran = main?.running !== undefined || (end?.containerID !== undefined && wasMade);
    if (ran && !pod.hasStarted) {
      pod.hasStarted = true;
      pod.startedAt = performance.now();
    }
    pod.mayHaveStarted ||= ran || main?.terminated !== undefined;
    if (main?.terminated && pod.exitCode === null) {
      pod.exitCode = main.terminated.exitCode;
      pod.endedAt = performance.now();
    }
    const seen = `${end?.finishedAt} ${metadata.deletionTimestamp} ${metadata.deletionGracePeriodSeconds}`;
    if (seen !== pod.ends.at(-1)) pod.ends.push(seen);
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = metadata;
    if (deletionTimestamp !== undefined) {
      const asked = Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
      pod.askedToGoAt = Math.min(pod.askedToGoAt, asked);
    }
    if (end) pod.endedBeforeDeletion = Date.parse(end.finishedAt) < pod.askedToGoAt;
    const files = status?.containerStatuses?.find(({ name }) => name === "files")?.state;
    pod.lostItsFiles ||= ["StartError", "Unknown"].includes(files?.terminated?.reason ?? "");
    pod.startWasCut ||=
      main?.terminated?.message?.startsWith("failed to start containerd") === true;
    if (isGone) pod.goneAt ??= performance.now();
    for (const listener of this.#listeners) listener();
  }
}
