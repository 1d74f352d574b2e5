import type { Ending, RunHandle } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";

/** The least that is a pod: with a dry run it shows whether the namespace takes any. */
const PROBE = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { generateName: "podflow-probe-" },
  spec: { containers: [{ name: "main", image: "probe" }] },
};

/**
 * The ending of a pod that was deleted or is gone, told as its namespace's end when that is why. Asks
 * by a dry run, which needs no more rights than running tasks. Best effort: else the ending stays.
 */
export async function toldOfNamespace(
  api: ClusterApi,
  { namespace }: RunHandle,
  { ending, signal }: { ending: Ending; signal: AbortSignal },
): Promise<Ending> {
  if (ending.kind !== "deleted" && ending.kind !== "lost") return ending;
  try {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
    await api.call("POST", path, { query: { dryRun: "All" }, body: PROBE, signal });
    return ending;
  } catch (error) {
    signal.throwIfAborted();
    const { kind, evidence } = runnerErrorFrom(error, api.access.server, "create a pod");
    if (!(error instanceof ApiFailure) || kind !== "namespace") return ending;
    return {
      ...ending,
      kind,
      fault: "user",
      message: `The namespace "${namespace}" was deleted, and the pod with it.`,
      remedy: "Choose another namespace, or make it again once it is gone.",
      evidence,
    };
  }
}
