import type { AttemptSpec, PreviewFinding } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import {
  isAskedBy,
  missingPermissions,
  nameOf,
  type Permission,
  permissionsOf,
  readVersion,
} from "./permissions.ts";
import { finding } from "./preview-finding.ts";
import { rbacFor } from "./rbac.ts";

/** What the connection's user lacks of what this run asks for. @throws ApiFailure */
export async function permissionFindings(
  api: ClusterApi,
  spec: AttemptSpec,
  { namespace, signal }: { namespace: string; signal: AbortSignal },
): Promise<PreviewFinding[]> {
  let missing = await missingPermissions(api, permissionsOf(spec), { namespace, signal });
  if (missing.some(({ sinceMinor }) => sinceMinor !== undefined)) {
    const version = await readVersion(api, signal);
    missing = missing.filter((one) => isAskedBy(version, one));
  }
  const vital = missing.filter(({ isVital }) => isVital);
  const useful = missing.filter(({ isVital }) => !isVital);
  const remedy = "Apply this role, with the user's own name in it, as somebody who may.";
  const about = { remedy, evidence: rbacFor(namespace) };
  const findings: PreviewFinding[] = [];
  if (vital.length > 0) {
    const message = `The connection's user may not do all that the run needs in the namespace \`${namespace}\`: ${listed(vital)}.`;
    findings.push(finding("error", "permissions", message, about));
  }
  if (useful.length > 0) {
    const message = `The connection's user lacks permissions in the namespace \`${namespace}\` without which the task runs, but what they are for is lost: ${listed(useful)}.`;
    findings.push(finding("warning", "permissions", message, about));
  }
  return findings;
}

function listed(missing: Permission[]): string {
  return missing.map((one) => `${nameOf(one)} (${one.neededFor})`).join(", ");
}
