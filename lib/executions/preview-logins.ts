import type { PreviewFinding } from "#lib/core/preview-view.ts";
import type { ConnectionConfig } from "#lib/tasks/task-type.ts";
import type { StandIn } from "./preview-context.ts";

/** A login that a preview has something else for than a run, so that it is tried nowhere. */
export interface UnknownLogin extends Pick<PreviewFinding, "check" | "message" | "remedy"> {
  evidence: string;
  /** What of the task is not known of it. */
  paths: string[];
}

const CONFIG = "taskRunner.config.";
const CREDENTIALS = "taskRunner.credentials.";
const PROVIDER = `${CONFIG}oauthTokenProvider`;

/** Stand-ins by what they are about. */
export interface SortedStandIns {
  /** Of what the manifest is made of. */
  ofManifest: StandIn[];
  /** Of the address and the login of the cluster that `config` names. */
  ofCluster: StandIn[];
  ofRegistry: StandIn[];
}

/** @param isPicked whether a person has picked the connection, so that `config` counts for nothing */
export function sortedStandIns(standIns: Iterable<StandIn>, isPicked: boolean): SortedStandIns {
  const sorted: SortedStandIns = { ofManifest: [], ofCluster: [], ofRegistry: [] };
  for (const one of standIns) {
    const isOfConfig = one.path.startsWith(CONFIG);
    if (isOfConfig && isPicked) continue;
    if (isOfConfig && one.path !== `${CONFIG}namespace`) sorted.ofCluster.push(one);
    else if (one.path.startsWith(CREDENTIALS)) sorted.ofRegistry.push(one);
    else sorted.ofManifest.push(one);
  }
  return sorted;
}

/** null: the address and the login of the cluster that this names are those of a run. */
export function unknownCluster(
  config: ConnectionConfig,
  { ofCluster }: SortedStandIns,
): UnknownLogin | null {
  const parts = ofCluster.filter(({ path }) => !path.startsWith(PROVIDER));
  const reasons = reasonsOf(parts);
  const paths = parts.map(({ path }) => path);
  if (config.oauthTokenProvider) {
    reasons.push("`config.oauthTokenProvider` gives its token when the flow runs");
    paths.push(PROVIDER);
  }
  if (reasons.length === 0) return null;
  return {
    check: "place",
    message: `What the cluster says of the pod was not checked: ${reasons.join(", and ")}.`,
    remedy: "Pick a connection of that cluster to have it asked.",
    evidence: evidenceOf(parts),
    paths,
  };
}

/** null: all that the task says of it is known. */
export function unknownRegistryLogin({ ofRegistry }: SortedStandIns): UnknownLogin | null {
  if (ofRegistry.length === 0) return null;
  return {
    check: "image",
    message: `The login to the registry was not checked: ${reasonsOf(ofRegistry).join(", and ")}.`,
    remedy: "",
    evidence: evidenceOf(ofRegistry),
    paths: ofRegistry.map(({ path }) => path),
  };
}

function reasonsOf(parts: readonly StandIn[]): string[] {
  const named = (cause: StandIn["cause"]): string[] =>
    parts
      .filter((part) => part.cause === cause)
      .map(({ path }) => `\`${path.replace("taskRunner.", "")}\``);
  const [secrets, later] = [named("secret"), named("later")];
  const reasons: string[] = [];
  if (secrets.length > 0) {
    const are = secrets.length === 1 ? "is a secret" : "are secrets";
    reasons.push(`${listed(secrets)} ${are}, which a preview does not look up`);
  }
  if (later.length > 0) {
    const have = later.length === 1 ? "has its value" : "have their values";
    reasons.push(`${listed(later)} ${have} when the flow runs`);
  }
  return reasons;
}

function listed(names: readonly string[]): string {
  const [last = "", ...before] = names.toReversed();
  return before.length === 0 ? last : `${before.toReversed().join(", ")} and ${last}`;
}

function evidenceOf(parts: readonly StandIn[]): string {
  return parts.flatMap(({ why }) => why || []).join("\n");
}
