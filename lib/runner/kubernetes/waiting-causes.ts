import type { Ending, EndingKind, RunWaiting } from "../contract.ts";
import { evidenceFrom, filled, type WaitCause, type Words, wordsIn } from "./cause.ts";
import { CONTAINER_CAUSES, HELPER_REMEDY, RUNTIME_REMEDY } from "./container-causes.ts";
import { isRuntimesFault } from "./end-facts.ts";
import { EVENT_CAUSES } from "./event-causes.ts";
import { errorIn, IMAGE_CAUSES } from "./image-causes.ts";
import { ON_THE_WAY, type OnTheWayRow } from "./on-the-way-causes.ts";
import type { Terminated } from "./pod.ts";
import { SCHEDULER_CAUSES } from "./scheduler-causes.ts";

/** A reason to wait, and when waiting is over. */
export interface Wait {
  waiting: RunWaiting;
  fault: Ending["fault"];
  /** What we do ourselves has no limit here. */
  isOurs?: boolean;
  /** After how long this reason ends the attempt; null: it may heal, until the limit of all waiting. */
  graceSeconds: number | null;
  /** What the attempt ends as that waited too long for this. */
  endsAs: EndingKind;
}

interface WaitFacts {
  /** Names the container. */
  container: string;
  image: string;
  message: string;
}

function waitOf(cause: WaitCause | OnTheWayRow, words: Words, evidence: string): Wait {
  const { kind, fault, graceSeconds } = cause;
  const endsAs = "endsAs" in cause ? cause.endsAs : cause.kind;
  const message = filled(cause.says, words);
  const remedy = filled(cause.remedy, words);
  return { waiting: { kind, message, remedy, evidence }, fault, graceSeconds, endsAs };
}

/** Reasons of a container whose image cannot be pulled: what the message says decides. */
const PULLS = ["ErrImagePull", "ImagePullBackOff", "RegistryUnavailable"];

/** Null when this reason is no more than being on the way. */
export function waitOfContainer(reason: string, facts: WaitFacts): Wait | null {
  const { image, container, message } = facts;
  const isPull = PULLS.includes(reason);
  const rows = isPull ? IMAGE_CAUSES : CONTAINER_CAUSES.filter((row) => row.reason === reason);
  const text = isPull ? errorIn(message, image) : message;
  for (const row of rows) {
    const words = wordsIn(text, row.text);
    if (!words) continue;
    return waitOf(row, { image, container, ...words }, evidenceFrom(reason, message));
  }
  return null;
}

/** Why the scheduler finds no node: pkg/scheduler/framework/types.go, FitError. */
export function waitOfScheduler(reason: string, message: string): Wait {
  const evidence = evidenceFrom(reason, message);
  const isGated = reason === "SchedulingGated";
  const fits = SCHEDULER_CAUSES.map((row) => ({ row, says: allOf(row.text, message, row.says) }));
  const found = fits.filter(({ says }) => says.length > 0);
  const why = found.flatMap(({ says }) => says).join(", and ") || "no node fits the pod";
  return {
    waiting: {
      kind: "unschedulable",
      message: isGated
        ? "The pod waits for a scheduling gate to be lifted."
        : `The pod cannot be placed: ${why}.`,
      remedy: isGated
        ? "See which gate it is: kubectl describe pod."
        : (found[0]?.row.remedy ?? "See what the scheduler says."),
      evidence,
    },
    fault: "user",
    graceSeconds: null,
    endsAs: "unschedulable",
  };
}

/** The sentence for each different match. */
function allOf(pattern: RegExp, text: string, says: string): string[] {
  const matches = [...text.matchAll(new RegExp(pattern, "g"))];
  return [...new Set(matches.map(({ groups }) => filled(says, { ...groups })))];
}

/** What is read of an event. */
export interface WarningEvent {
  reason?: string;
  message?: string;
  lastTimestamp?: string | null;
  eventTime?: string | null;
}

/**
 * What the events tell as a reason to wait: the newest warning, or the image that is being pulled; null
 * without either. A node that pulls is past what it complained of before.
 */
export function waitOfEvents(events: WarningEvent[], pull: RunningPull | null = null): Wait | null {
  const time = (event: WarningEvent): string => event.lastTimestamp ?? event.eventTime ?? "";
  // What the scheduler said is over once the node has the pod.
  const ofNode = events.filter(({ reason }) => reason !== "FailedScheduling");
  const newest = ofNode.toSorted((a, b) => (time(a) < time(b) ? 1 : -1))[0];
  if (pull && !(Date.parse(newest ? time(newest) : "") > pull.since.getTime()))
    return waitOfPull(pull);
  if (!newest) return null;
  const message = newest.message ?? "";
  for (const row of EVENT_CAUSES) {
    const words = row.reason.test(newest.reason ?? "") ? wordsIn(message, row.text) : null;
    if (words) return waitOf(row, words, evidenceFrom(newest.reason, message));
  }
  return null;
}

/** The input files are on their way into the pod; who brings them says when that fails. */
export const BRINGING: Wait = {
  waiting: {
    kind: "starting",
    message: "The input files are being brought.",
    remedy: "",
    evidence: "",
  },
  fault: "platform",
  graceSeconds: null,
  endsAs: "input-files",
  isOurs: true,
};

/** A container of ours that ended although it should stay. */
export function waitOfBroken(name: string, end: Terminated): Wait {
  const isRuntimes = isRuntimesFault(end);
  return {
    waiting: {
      kind: "config",
      message: `The container "${name}" ended with exit code ${end.exitCode}.`,
      remedy: isRuntimes ? RUNTIME_REMEDY : HELPER_REMEDY,
      evidence: evidenceFrom((end.message ?? "").trim()),
    },
    fault: isRuntimes ? "platform" : "user",
    graceSeconds: 0,
    endsAs: "config",
  };
}

/** What is only on its way: nothing is wrong, and this is what happens. */
export function waitOnTheWay(step: "scheduling" | "starting"): Wait {
  return waitOf(ON_THE_WAY[step], {}, "");
}

/** The init container that runs before main; how long that takes is the flow's affair. */
export function waitForInit(container: string): Wait {
  return waitOf(ON_THE_WAY.init, { container }, "");
}

/** An image that a node fetches. */
export interface RunningPull {
  container: string;
  image: string;
  since: Date;
}

function waitOfPull({ container, image, since }: RunningPull): Wait {
  const evidence = `Pulling image "${image}", of the container "${container}", since ${since.toISOString()}`;
  return waitOf(ON_THE_WAY.pulling, { image }, evidence);
}

/** The end of an attempt that waited too long for this. */
export function endingOfWait(wait: Wait, limitSeconds: number | null): Ending {
  const { message, remedy, evidence } = wait.waiting;
  return {
    kind: wait.endsAs,
    exitCode: null,
    message:
      limitSeconds === null
        ? message
        : `The container did not run within waitUntilRunning (${limitSeconds} s). ${message}`,
    remedy,
    evidence,
    fault: wait.fault,
    mainStarted: false,
  };
}
