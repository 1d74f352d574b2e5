import { readSettings, type Settings } from "#lib/config/env.ts";
import { THIS_MACHINE } from "#lib/core/connection-view.ts";
import {
  type AttemptSpec,
  type Runner,
  RunnerError,
  type RunPreview,
  type Workspace,
} from "#lib/runner/contract.ts";
import {
  configNamespace,
  type ConnectionConfig,
} from "#lib/runner/kubernetes/connection-config.ts";
import { workspaceOf } from "#lib/runner/kubernetes/pod-spec.ts";
import { previewWithoutCluster } from "#lib/runner/kubernetes/preview.ts";
import { RunnerPool } from "./open-runner.ts";
import { defaultConnectionId, getConnection } from "./read.ts";
import { installationId } from "./setting.ts";

/**
 * Where something would run: a connection by its id, or the cluster that a task's `config` names.
 * `isKnown`: whether its address and login are those of a run; if not, no cluster is asked.
 */
export type PreviewPlace =
  | { connectionId: string }
  | { config: ConnectionConfig; isKnown: boolean };

/** The folders of a pod's attempt. */
export function podWorkspace(attemptId: string): Workspace {
  return workspaceOf(attemptId);
}

/**
 * What this attempt would run as there, and what stands against it. Nothing is made, and nothing
 * stays open. Throws nothing but the signal's reason: a place that cannot be used is a finding.
 */
export async function previewRun(
  place: PreviewPlace,
  spec: AttemptSpec,
  signal: AbortSignal,
  settings: Settings = readSettings(),
): Promise<RunPreview> {
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener("abort", stop);
  try {
    // A program that logs in may take longer than anybody waits, and cannot be told to stop.
    return await Promise.race([previewAt(place, spec, signal, settings), aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function previewAt(
  place: PreviewPlace,
  spec: AttemptSpec,
  signal: AbortSignal,
  settings: Settings,
): Promise<RunPreview> {
  if ("config" in place && !place.isKnown) return unasked(place, spec, signal, settings);
  const pool = new RunnerPool(settings);
  try {
    const runner = await openAt(pool, place, signal);
    return await runner.preview(spec, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RunnerError)) throw error;
    const { manifest, findings } = await unasked(place, spec, signal, settings);
    return { manifest, findings: [unusable(error), ...findings] };
  } finally {
    await pool.close();
  }
}

/** What is sent does not depend on who takes it. */
async function unasked(
  place: PreviewPlace,
  spec: AttemptSpec,
  signal: AbortSignal,
  settings: Settings,
): Promise<RunPreview> {
  return previewWithoutCluster(spec, {
    installationId: await installationId(),
    namespace: spec.kubernetes.namespace ?? (await namespaceAt(place, settings)) ?? "default",
    asksRegistries: settings.checksImages,
    signal,
  });
}

async function namespaceAt(place: PreviewPlace, settings: Settings): Promise<string | null> {
  const id = "config" in place ? await defaultConnectionId(settings) : place.connectionId;
  const { namespace } = await getConnection(id, settings);
  return "config" in place ? configNamespace(place.config, namespace) : namespace;
}

async function openAt(pool: RunnerPool, place: PreviewPlace, signal: AbortSignal): Promise<Runner> {
  if ("connectionId" in place) return pool.openRunner(place.connectionId, signal);
  const base = await pool.defaultConnectionId();
  return pool.openRunnerForConfig(place.config, base === THIS_MACHINE ? null : base, signal);
}

function unusable({
  message,
  remedy,
  evidence,
  place,
}: RunnerError): RunPreview["findings"][number] {
  return {
    severity: "error",
    check: "place",
    message,
    remedy,
    evidence,
    field: "",
    place,
  };
}
