import type { Ending, EndingKind, RunWaiting } from "../contract.ts";

/**
 * What a script says about its own fate: a comment `# fake: WHAT [N] [after TIME] [before attempt N]`
 * that acts where it stands, for example `# fake: exit 3 after 200ms` or
 * `# fake: evicted before attempt 2`. WHAT is `exit`, `wait`, one of FATES, or one of BEFORE_START,
 * which act before anything runs.
 */
export interface Directive {
  what: string;
  /** Exit code, or how often; null when it says none. */
  number: number | null;
  afterMs: number;
  /** It acts in attempts (from 0) with a smaller number only. */
  beforeAttempt: number;
}

const FORM =
  /^([a-z-]+)(?:\s+(\d+))?(?:\s+times)?(?:\s+after\s+(\d+(?:\.\d+)?)(ms|s))?(?:\s+before\s+attempt\s+(\d+))?\s*$/;

/** @throws Error when the text has another form: a directive with a slip must not be passed over */
export function parseDirective(text: string): Directive {
  const match = FORM.exec(text);
  const what = match?.[1] ?? "";
  if (!match || !(what in FATES || what === "exit" || what === "wait" || BEFORE_START.has(what)))
    throw new Error(`"# fake: ${text}" is no directive of the fake runner.`);
  const [, , number, after, unit, attempt] = match;
  return {
    what,
    number: number === undefined ? null : Number(number),
    afterMs: Number(after ?? 0) * (unit === "s" ? 1000 : 1),
    beforeAttempt: attempt === undefined ? Number.POSITIVE_INFINITY : Number(attempt),
  };
}

/** All directives of a script or a file, also those in comments of other languages. */
export function directivesIn(text: string, attemptNumber: number): Directive[] {
  return [...text.matchAll(/^[ \t]*(?:#|\/\/)[ \t]*fake:[ \t]*(.*)$/gm)]
    .map((match) => parseDirective((match[1] ?? "").trim()))
    .filter((directive) => attemptNumber < directive.beforeAttempt);
}

/** Directives that act before the code begins. */
const BEFORE_START = new Set([
  /** Stays pending for the time of `after`. */
  "pending",
  "image-missing",
  "unschedulable",
  "quota",
  /** `start` fails so many times (once) with an error that another try may mend. */
  "unreachable",
  /** `start` is refused for good. */
  "forbidden",
  /** Is given up as one whose image is missing; then whoever observes waits for ever. */
  "given-up",
  /** Half of the input files come, and the rest never. */
  "deliver-hangs",
  /** `inspect` fails. */
  "inspect-fails",
  /** `collect` fails. */
  "collect-fails",
  /** `collect` has chosen its files, and none comes. */
  "collect-hangs",
]);

const platform = { exitCode: null, fault: "platform", mainStarted: true } as const;
type Fate = Pick<Ending, "kind" | "exitCode" | "fault" | "mainStarted"> & { mayStillRun?: true };
const FATES: Record<string, Fate> = {
  oom: { kind: "oom", exitCode: 137, fault: "user", mainStarted: true },
  /** A success that has a remark. */
  "oom-of-child": { kind: "exit", exitCode: 0, fault: "user", mainStarted: true },
  evicted: { kind: "evicted", ...platform },
  preempted: { kind: "preempted", ...platform },
  "node-lost": { kind: "node-lost", ...platform },
  /** As node-lost, and it may still run. */
  "node-silent": { kind: "node-lost", ...platform, mayStillRun: true },
  lost: { kind: "lost", ...platform },
  deleted: { kind: "deleted", ...platform },
};

/** The ending that this directive brings; null when it brings none of its own. */
export function endingOf(directive: Directive): Ending | null {
  const fate = FATES[directive.what];
  if (!fate) return null;
  const { mayStillRun: _mayStillRun, ...ending } = fate;
  return { ...ending, ...words(fate.kind) };
}

/** Whether nobody can tell, after that ending, that it has stopped. */
export function mayStillRun({ what }: Directive): boolean {
  return FATES[what]?.mayStillRun === true;
}

/** How an attempt ends that cannot begin. */
export function endingOfWaiting(kind: EndingKind): Ending {
  const fault = kind === "image" ? "user" : "platform";
  return { kind, exitCode: null, fault, mainStarted: false, ...words(kind) };
}

/** Why it is pending: the directive's own words. */
export function waitingOf(directive: Directive): RunWaiting {
  const kind = WAITING[directive.what] ?? "scheduling";
  return { kind, ...words(kind) };
}

const WAITING: Record<string, EndingKind> = {
  "image-missing": "image",
  unschedulable: "unschedulable",
  quota: "quota",
};

function words(kind: string): { message: string; remedy: string; evidence: string } {
  return {
    message: `The fake runner was told to show "${kind}".`,
    remedy: `Take the directive out of the script.`,
    evidence: `# fake: ${kind}`,
  };
}
