import type { Ending } from "../contract.ts";
import { filled } from "./cause.ts";
import {
  type EndFacts,
  type EndRow,
  failedInit,
  helperEnd,
  mainReason,
  waitedForFiles,
  wordsOf,
  LOST_REASONS,
} from "./end-facts.ts";
import { PLATFORM_ENDS } from "./platform-ends.ts";
import { disruptionOf, HELPER, MAIN, mayHaveBegun } from "./pod.ts";
import { PROGRAM_ENDS } from "./program-ends.ts";

/** The first row that applies is the cause. What the platform did comes before what the code did. */
export const END_CAUSES: EndRow[] = [...PLATFORM_ENDS, ...PROGRAM_ENDS];

/** How the attempt of this pod ended, from its latest status. */
export function endingFrom(facts: EndFacts): Ending {
  const { cause, words } = causeOf(facts);
  const { main, pod } = facts;
  const isNeverBegun = cause.began === "no" || waitedForFiles(facts);
  return {
    kind: cause.kind,
    exitCode:
      isNeverBegun || cause.kind === "lost" || isMadeUp(facts) ? null : (main?.exitCode ?? null),
    message: filled(cause.says, words),
    remedy: filled(cause.remedy, words),
    evidence: evidenceOf(facts),
    fault: cause.fault,
    mainStarted: !isNeverBegun && (main !== null || mayHaveBegun(pod)),
  };
}

function causeOf(facts: EndFacts): { cause: EndRow; words: Record<string, string> } {
  for (const cause of END_CAUSES) {
    const words = cause.match(facts);
    if (words) return { cause, words: { ...wordsOf(facts), ...words } };
  }
  throw new Error("The last row of the causes matches everything.");
}

/** The exit code of a container whose end the node does not know. */
function isMadeUp(facts: EndFacts): boolean {
  return mainReason(LOST_REASONS)(facts) !== null;
}

/** The cluster's own words. */
function evidenceOf(facts: EndFacts): string {
  const { main, pod } = facts;
  const disrupted = disruptionOf(pod);
  const init = failedInit(facts);
  const helper = main || init ? undefined : helperEnd(facts);
  const parts = [
    pod.status?.reason && `pod ${pod.status.reason}`,
    pod.status?.message,
    disrupted && `${disrupted.reason}: ${disrupted.message ?? ""}`,
    main && `container ${MAIN} ${main.reason ?? ""} (exit code ${main.exitCode})`,
    main?.message,
    init && `container ${init.name} ${init.end.reason ?? ""} (exit code ${init.end.exitCode})`,
    init?.end.message,
    helper && `container ${HELPER} ${helper.reason ?? ""} (exit code ${helper.exitCode})`,
    helper?.message,
  ];
  return parts.filter(Boolean).join("; ").slice(0, 4000);
}
