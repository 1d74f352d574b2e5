import { readSettings, type Settings } from "#lib/config/env.ts";
import { THIS_MACHINE } from "#lib/core/connection-view.ts";
import {
  type AttemptSpec,
  type Runner,
  RunnerError,
  type RunPreview,
  type Workspace,
} from "#lib/runner/contract.ts";
import type { ConnectionConfig } from "#lib/runner/kubernetes/connection-config.ts";
import { workspaceOf } from "#lib/runner/kubernetes/pod-spec.ts";
import { RunnerPool } from "./open-runner.ts";

/** Where something would run: a connection by its id, or the cluster that a task's `config` names. */
export type PreviewPlace = { connectionId: string } | { config: ConnectionConfig };

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
  const pool = new RunnerPool(settings);
  try {
    const runner = await openAt(pool, place);
    return await runner.preview(spec, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RunnerError)) throw error;
    return { manifest: null, findings: [unusable(error)] };
  } finally {
    await pool.close();
  }
}

async function openAt(pool: RunnerPool, place: PreviewPlace): Promise<Runner> {
  if ("connectionId" in place) return pool.openRunner(place.connectionId);
  const base = await pool.defaultConnectionId();
  return pool.openRunnerForConfig(place.config, base === THIS_MACHINE ? null : base);
}

function unusable({ message, remedy, evidence }: RunnerError): RunPreview["findings"][number] {
  return {
    severity: "error",
    check: "place",
    message,
    remedy,
    evidence,
    field: "",
    place: null,
  };
}
