import type {
  AttemptSpec,
  CollectedFile,
  FileReceiver,
  Inspection,
  LogBatch,
  Observation,
  OwnedRun,
  RunHandle,
  Runner,
  RunnerError,
  RunPreview,
  Workspace,
} from "../contract.ts";
import type { ClusterAccess } from "./access.ts";
import { ClusterApi } from "./api.ts";
import { collectFiles } from "./collect.ts";
import { deliverFiles } from "./deliver.ts";
import { Deliveries } from "./deliveries.ts";
import { destroyPod } from "./destroy.ts";
import { followPodLog } from "./follow-log.ts";
import type { LogSizes } from "./log-reader.ts";
import { listOwnedRuns } from "./list.ts";
import { observePod } from "./observe.ts";
import { inspectPod } from "./inspect.ts";
import { releaseHelper } from "./release.ts";
import { LastSights } from "./last-sights.ts";
import { ImagePulls } from "./image-pulls.ts";
import { ANNOTATION, hasCompany, LABEL, type Pod } from "./pod.ts";
import { labelValue } from "./pod-name.ts";
import { workspaceOf } from "./pod-spec.ts";
import { PodWatch } from "./pod-watch.ts";
import { pullSecretName } from "./pull-secret.ts";
import { previewPod } from "./preview.ts";
import { ReadySessions } from "./ready-sessions.ts";
import { startPod } from "./start.ts";

export interface KubernetesRunnerOptions {
  access: ClusterAccess;
  /** Which of several Podflows that use the cluster is this; a label value. */
  installationId: string;
  /** Namespace of pods that name none. */
  defaultNamespace: string;
  /** Whether a preview may ask image registries; default no. */
  asksRegistries?: boolean;
  logSizes?: LogSizes;
  /** Called with what a person who runs Podflow may want to know; nothing secret is in it. */
  log?: (message: string) => void;
}

/** Runs attempts as pods of one cluster. Opens no connection before the first call. */
export function createKubernetesRunner(options: KubernetesRunnerOptions): Runner {
  return new KubernetesRunner(options);
}

interface Tools {
  api: ClusterApi;
  watch: PodWatch;
  deliveries: Deliveries;
}

class KubernetesRunner implements Runner {
  readonly kind = "kubernetes";
  readonly #options: KubernetesRunnerOptions;
  readonly #api: ClusterApi;
  readonly #watches = new Map<string, PodWatch>();
  readonly #pulls = new Map<string, ImagePulls>();
  readonly #deliveries = new Deliveries();
  readonly #ready = new ReadySessions();
  readonly #ended = new LastSights();

  constructor(options: KubernetesRunnerOptions) {
    this.#options = { ...options, installationId: labelValue(options.installationId) };
    this.#api = new ClusterApi(options.access);
  }

  workspace(attemptId: string): Workspace {
    return workspaceOf(attemptId);
  }

  async preview(spec: AttemptSpec, signal: AbortSignal): Promise<RunPreview> {
    signal.throwIfAborted();
    const namespace = spec.kubernetes.namespace ?? this.#options.defaultNamespace;
    const { installationId, asksRegistries = false } = this.#options;
    return previewPod(this.#api, spec, { installationId, namespace, asksRegistries, signal });
  }

  async start(spec: AttemptSpec, signal: AbortSignal): Promise<RunHandle> {
    signal.throwIfAborted();
    const namespace = spec.kubernetes.namespace ?? this.#options.defaultNamespace;
    // Begun before the pod, so that it is already listening when the pod comes.
    const watch = this.#watchOf(namespace);
    this.#pullsOf(namespace);
    const { installationId } = this.#options;
    const pod = await startPod(this.#api, spec, { installationId, namespace, signal });
    watch.add(pod);
    const { name, uid } = pod.metadata;
    return { attemptId: spec.attemptId, namespace, name, uid };
  }

  async deliver(
    handle: RunHandle,
    spec: AttemptSpec,
    signal: AbortSignal,
    onProgress?: (doneBytes: number) => void,
  ): Promise<void> {
    signal.throwIfAborted();
    const tools = this.#toolsFor(handle);
    const onTrouble = (failure: RunnerError | null): void => {
      if (this.#deliveries.troubled(handle.uid, failure)) tools.watch.ring(handle.name);
    };
    const outcome = await deliverFiles(tools, handle, spec, { signal, onProgress, onTrouble });
    if (outcome === "not") return;
    this.#deliveries.done(handle.uid, outcome === "brought" ? new Date(this.#api.now()) : null);
    tools.watch.ring(handle.name);
  }

  async *observe(handle: RunHandle, signal: AbortSignal): AsyncIterable<Observation> {
    signal.throwIfAborted();
    const tools = this.#toolsFor(handle);
    const pulls = this.#pullsOf(handle.namespace);
    let isOver = false;
    try {
      for await (const observation of observePod({ ...tools, pulls }, handle, signal)) {
        isOver = observation.phase === "ended";
        const pod = tools.watch.get(handle.name);
        if (isOver) this.#keepSight(handle, pod ?? tools.watch.lastSight(handle.name));
        const keepsFiles = pod?.metadata.annotations?.[ANNOTATION.keeps] === "true";
        if (observation.phase === "running" && keepsFiles) {
          this.#ready.prepare(tools, handle);
        }
        yield this.#byOurClock(pulls.mark(observation, pod ?? tools.watch.lastSight(handle.name)));
      }
    } finally {
      // After the end `collect` may come; before it, nobody watches any more.
      if (!isOver) void this.#ready.drop(handle.uid);
    }
  }

  async *followLog(
    handle: RunHandle,
    after: string | null,
    signal: AbortSignal,
  ): AsyncIterable<LogBatch> {
    signal.throwIfAborted();
    const tools = { ...this.#toolsFor(handle), sizes: this.#options.logSizes };
    yield* followPodLog(tools, handle, after, signal);
  }

  async collect(
    handle: RunHandle,
    receiver: FileReceiver,
    signal: AbortSignal,
  ): Promise<CollectedFile[]> {
    signal.throwIfAborted();
    const ready = await this.#ready.take(handle);
    const tools = this.#toolsFor(handle);
    return collectFiles({ tools, handle, receiver, ready, signal });
  }

  async release(handle: RunHandle, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    void this.#ready.drop(handle.uid);
    await releaseHelper(this.#toolsFor(handle), handle, signal);
  }

  async destroy(
    target: RunHandle | { attemptId: string; namespace?: string },
    options: { graceSeconds: number | null },
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const pod = "uid" in target ? this.#latest(target) : null;
    const isAlone = pod === null || !hasCompany(pod);
    if ("uid" in target) {
      void this.#ready.drop(target.uid);
      this.#deliveries.forget(target.uid);
      this.#pulls.get(target.namespace)?.forget(target.uid);
      this.#ended.forget(target.uid);
    }
    await destroyPod(this.#api, target, {
      // The API forgets a pod without grace at once, also where something of the flow's still runs in it.
      graceSeconds: options.graceSeconds ?? (isAlone ? 0 : null),
      namespaces: this.#namespaces(),
      installationId: this.#options.installationId,
      hasPullSecret: "uid" in target && this.#hasPullSecret(target),
      signal,
    });
  }

  async inspect(handle: RunHandle, signal: AbortSignal): Promise<Inspection | null> {
    signal.throwIfAborted();
    return inspectPod(this.#api, handle, { lastSeen: this.#latest(handle), signal });
  }

  async list(signal: AbortSignal, usedBefore: readonly string[] = []): Promise<OwnedRun[]> {
    signal.throwIfAborted();
    const { installationId } = this.#options;
    const namespaces = [...new Set([...this.#namespaces(), ...usedBefore])];
    return listOwnedRuns(this.#api, { installationId, namespaces, signal });
  }

  async close(): Promise<void> {
    this.#ready.close();
    for (const each of [...this.#watches.values(), ...this.#pulls.values()]) each.close();
    this.#pulls.clear();
    this.#watches.clear();
    await this.#api.close();
  }

  /** What comes before and after in an attempt is told by our clock, and so are its phases. */
  #byOurClock(observation: Observation): Observation {
    const marks = Object.entries(observation.marks).map(([phase, mark]: [string, unknown]) => [
      phase,
      mark instanceof Date ? this.#api.byOurClock(mark) : mark,
    ]);
    return { ...observation, marks: Object.fromEntries(marks) };
  }

  /** The latest sight of the pod of this uid. */
  #latest(handle: RunHandle): Pod | null {
    const watched = this.#watchOf(handle.namespace).get(handle.name);
    return watched?.metadata.uid === handle.uid ? watched : this.#ended.get(handle.uid);
  }

  #keepSight({ uid }: RunHandle, pod: Pod | undefined): void {
    if (pod?.metadata.uid === uid) this.#ended.keep(pod);
  }

  #hasPullSecret({ namespace, name, attemptId }: RunHandle): boolean {
    const secrets = this.#watches.get(namespace)?.get(name)?.spec?.imagePullSecrets ?? [];
    return secrets.some((secret) => secret.name === pullSecretName(attemptId));
  }

  #namespaces(): string[] {
    return [...new Set([this.#options.defaultNamespace, ...this.#watches.keys()])];
  }

  #toolsFor(handle: RunHandle): Tools {
    return {
      api: this.#api,
      watch: this.#watchOf(handle.namespace),
      deliveries: this.#deliveries,
    };
  }

  #pullsOf(namespace: string): ImagePulls {
    const known = this.#pulls.get(namespace);
    if (known) return known;
    const pulls = new ImagePulls(this.#api, namespace);
    this.#pulls.set(namespace, pulls);
    return pulls;
  }

  #watchOf(namespace: string): PodWatch {
    const known = this.#watches.get(namespace);
    if (known) return known;
    const selector = `${LABEL.installation}=${this.#options.installationId}`;
    const watch = new PodWatch(this.#api, namespace, selector);
    this.#watches.set(namespace, watch);
    return watch;
  }
}
