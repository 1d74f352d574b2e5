import type { PreviewFinding } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure } from "./api-failure.ts";
import { finding } from "./preview-finding.ts";
import type { PodView } from "./preview-pod.ts";
import { podField, refusalFindings } from "./preview-refusal.ts";

/** What is sent: a pod, or a Job that makes it. */
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string };
}

export interface DryRun {
  /** The pod as the cluster would keep it, with what its own rules add; null when it refuses it. */
  admitted: PodView | null;
  findings: PreviewFinding[];
}

/**
 * Has the API server take the manifest through everything it does with a new one, admission
 * included, except keeping it (`dryRun=All`). Never throws but for the signal.
 */
export async function dryRun(
  api: ClusterApi,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<DryRun> {
  const { name, namespace } = manifest.metadata;
  const doing = `create the ${manifest.kind === "Job" ? "job" : "pod"} ${name} in the namespace ${namespace}`;
  const about = { server: api.access.server, doing, pod: podOf(manifest) };
  const warnings: string[] = [];
  const ask = async (fieldValidation: "Strict" | "Ignore"): Promise<PodView> => {
    warnings.length = 0;
    const answer = await api.call("POST", pathOf(manifest), {
      query: { dryRun: "All", fieldValidation },
      body: manifest,
      signal,
      onWarning: (text) => warnings.push(text),
    });
    return podOf(answer);
  };
  const findings: PreviewFinding[] = [];
  let admitted: PodView | null = null;
  try {
    admitted = await ask("Strict");
  } catch (error) {
    signal.throwIfAborted();
    findings.push(...refusalFindings(error, about));
    if (isStrictRefusal(error)) {
      // Whatever else is wrong is to be seen at once, not after the names are corrected.
      try {
        admitted = await ask("Ignore");
      } catch (other) {
        signal.throwIfAborted();
        findings.push(...refusalFindings(other, about));
      }
    }
  }
  return { admitted, findings: [...findings, ...warnings.map(ofWarning)] };
}

function isStrictRefusal(error: unknown): boolean {
  return error instanceof ApiFailure && /strict decoding error/.test(error.message);
}

function pathOf({ kind, metadata }: Manifest): string {
  const namespace = encodeURIComponent(metadata.namespace);
  return kind === "Job"
    ? `/apis/batch/v1/namespaces/${namespace}/jobs`
    : `/api/v1/namespaces/${namespace}/pods`;
}

/** The pod in a manifest or in the API server's own answer to one. */
export function podOf(manifest: unknown): PodView {
  // Whatever a part is, the checks read it as absent when it is not what they look for.
  const { kind, spec } = manifest as { kind?: string; spec?: PodView & { template?: unknown } };
  return kind === "Job" ? podOf(spec?.template) : (spec ?? {});
}

/** `would violate PodSecurity …`, or `spec.x[0]: deprecated …`. */
function ofWarning(text: string): PreviewFinding {
  const security = /would violate PodSecurity "([^":]+)/.exec(text);
  if (security) {
    const message = `The pod breaks the Pod Security level \`${security[1]}\`, which the namespace only warns about.`;
    const remedy = "Give the containers what it asks for, e.g. by `containerDefaultSpec`.";
    return finding("warning", "admission", message, { remedy, evidence: text, field: "spec" });
  }
  const field = /^((?:spec|metadata)[\w.[\]]*)/.exec(text)?.[1] ?? "spec";
  return finding("warning", "manifest", `The cluster warns: ${text.replace(/\.?$/, ".")}`, {
    field: podField(field),
  });
}
