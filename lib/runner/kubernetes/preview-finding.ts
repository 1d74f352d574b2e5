import type { PreviewCheck, PreviewFinding } from "../contract.ts";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";

const WORST_FIRST: readonly PreviewFinding["severity"][] = [
  "error",
  "warning",
  "not-checked",
  "info",
];

export function sortedFindings(findings: PreviewFinding[]): PreviewFinding[] {
  return findings.toSorted(
    (one, other) => WORST_FIRST.indexOf(one.severity) - WORST_FIRST.indexOf(other.severity),
  );
}

export function finding(
  severity: PreviewFinding["severity"],
  check: PreviewCheck,
  message: string,
  more: Partial<Pick<PreviewFinding, "remedy" | "evidence" | "field" | "place">> = {},
): PreviewFinding {
  return { severity, check, message, remedy: "", evidence: "", field: "", place: null, ...more };
}

/**
 * What a check finds; when it cannot be made, that is the finding.
 * @param subject what is looked at, as in "… was not checked": `the room in the quota`
 */
export async function orNotChecked(
  about: { check: PreviewCheck; subject: string; server: string; signal: AbortSignal },
  run: () => Promise<PreviewFinding[]>,
): Promise<PreviewFinding[]> {
  const { check, subject, server, signal } = about;
  try {
    return await run();
  } catch (error) {
    const sentence = (why: string) => `${subject} was not checked: ${why}`;
    if (signal.aborted) {
      return [finding("not-checked", check, sentence("the cluster took too long to answer."))];
    }
    if (error instanceof ApiFailure && error.status === 403) {
      const message = sentence("the connection's user has no right to read it.");
      return [finding("not-checked", check, message, { evidence: error.message })];
    }
    const failure = runnerErrorFrom(error, server, "answer");
    const { message, remedy, evidence } = failure;
    return [finding("not-checked", check, sentence(message), { remedy, evidence })];
  }
}
