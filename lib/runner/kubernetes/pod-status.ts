import type { Ending, RunMarks } from "../contract.ts";
import { endingFrom } from "./causes.ts";
import { deletionAskedAt } from "./end-facts.ts";
import {
  ANNOTATION,
  containerOf,
  HELPER,
  INIT_HELPER,
  MAIN,
  mayHaveBegun,
  type ContainerStatus,
  type Pod,
  type Terminated,
  statusOf,
} from "./pod.ts";
import {
  BRINGING,
  type Wait,
  waitForInit,
  waitOfBroken,
  waitOfContainer,
  waitOfScheduler,
  waitOnTheWay,
} from "./waiting-causes.ts";

/** What a pod's latest snapshot says of its attempt. */
export type PodState =
  | { phase: "pending"; wait: Wait; marks: RunMarks }
  /**
   * `doom`: the container that keeps the files can never run, so that its outputs would be lost.
   * `hitch`: it cannot run for now.
   */
  | { phase: "running"; marks: RunMarks; doom: Wait | null; hitch: Wait | null }
  /** `isForsaken`: only time says so, see `forsakenEnding`. */
  | { phase: "ended"; ending: Ending; marks: RunMarks; isForsaken?: true };

/** A helper that was killed has not failed: who brings or fetches files through it says so. */
const KILLED_OR_DONE = [0, 137, 143];
/** After its grace a pod is gone, unless its node does not answer any more. */
const SILENT_NODE_MS = 90_000;

/**
 * Derived from the snapshot alone: nothing is remembered between two of them.
 * @param now milliseconds, as the cluster's clock tells them
 * @param deliveredAt when the files that are brought later were all there; null: before we came
 */
export function stateFromPod(pod: Pod, now: number, deliveredAt?: Date | null): PodState {
  const main = endOfMain(pod);
  const marks = marksFromPod(pod);
  if (main || isOver(pod)) return { phase: "ended", ending: endingFrom({ pod, main }), marks };
  if (isForsaken(pod, now))
    return { phase: "ended", ending: forsakenEnding(pod), marks, isForsaken: true };
  const isMainRunning = statusOf(pod, MAIN)?.state?.running !== undefined;
  if (isMainRunning && !isHelperMissing(pod)) {
    if (!isBrought(pod, deliveredAt))
      return { phase: "pending", wait: BRINGING, marks: withoutStart(marks) };
    const running = deliveredAt ?? marks.running;
    return {
      phase: "running",
      marks: { ...marks, ...(running && { running }) },
      doom: doomOf(pod),
      hitch: hitchOf(pod),
    };
  }
  return { phase: "pending", wait: waitFromPod(pod), marks };
}

/** Whether a pod in a list of many still has something to do. */
export function isEndedPod(pod: Pod): boolean {
  return endOfMain(pod) !== null || isOver(pod);
}

function endOfMain(pod: Pod): Terminated | null {
  return statusOf(pod, MAIN)?.state?.terminated ?? null;
}

/** Over without an end of main: refused by the node, or a helper failed, and main will never begin. */
function isOver(pod: Pod): boolean {
  const { phase } = pod.status ?? {};
  if (phase === "Failed" || phase === "Succeeded") return true;
  const init = statusOf(pod, INIT_HELPER)?.state?.terminated;
  if (init && init.exitCode !== 0) return true;
  if (pod.metadata.annotations?.[ANNOTATION.files] !== "gate") return false;
  const helper = statusOf(pod, HELPER)?.state?.terminated;
  return helper !== undefined && !KILLED_OR_DONE.includes(helper.exitCode);
}

/** Behind the gate main "runs" while it waits for a helper that may never come. */
function isHelperMissing(pod: Pod): boolean {
  if (pod.metadata.annotations?.[ANNOTATION.files] !== "gate") return false;
  const state = statusOf(pod, HELPER)?.state;
  return !state?.running && !state?.terminated;
}

/** Behind the gate main "runs" while it waits for its files. */
function isBrought(pod: Pod, deliveredAt: Date | null | undefined): boolean {
  const isUploaded = pod.metadata.annotations?.[ANNOTATION.upload] === "true";
  return !isUploaded || deliveredAt !== undefined || statusOf(pod, INIT_HELPER) !== undefined;
}

function withoutStart({ running: _running, ...marks }: RunMarks): RunMarks {
  return marks;
}

/** A helper that can never run, or broke at once, beside a main that does not wait for it. */
function doomOf(pod: Pod): Wait | null {
  const wait = waitOfOne(pod, HELPER);
  if (wait && wait.graceSeconds !== null) return wait;
  const end = statusOf(pod, HELPER)?.state?.terminated;
  if (!end || KILLED_OR_DONE.includes(end.exitCode)) return null;
  return waitOfBroken(HELPER, end);
}

/** What keeps the helper from running beside main, and may heal. */
function hitchOf(pod: Pod): Wait | null {
  const wait = waitOfOne(pod, HELPER);
  return wait?.graceSeconds === null ? wait : null;
}

/**
 * Deleted long ago and still there: nobody on its node carries the deletion out.
 * @param now milliseconds, as the cluster's clock tells them
 */
export function isForsaken(pod: Pod, now: number): boolean {
  const { deletionTimestamp } = pod.metadata;
  return deletionTimestamp !== undefined && now > Date.parse(deletionTimestamp) + SILENT_NODE_MS;
}

function forsakenEnding(pod: Pod): Ending {
  const asked = new Date(deletionAskedAt(pod) ?? 0).toISOString();
  return {
    kind: "node-lost",
    exitCode: null,
    message: `The node ${pod.spec?.nodeName ?? ""} does not answer any more, and the pod on it is being removed.`,
    remedy: "Look at the node: what ran there may still run until the node is gone.",
    evidence: `deletion asked for at ${asked}, node ${pod.spec?.nodeName ?? "none"}`,
    fault: "platform",
    mainStarted: mayHaveBegun(pod),
  };
}

function waitFromPod(pod: Pod): Wait {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False" && scheduled.reason) {
    return waitOfScheduler(scheduled.reason, scheduled.message ?? "");
  }
  if (!scheduled && !pod.spec?.nodeName) return waitOnTheWay("scheduling");
  const isUploaded = pod.metadata.annotations?.[ANNOTATION.upload] === "true";
  if (isUploaded && statusOf(pod, INIT_HELPER)?.state?.running) return BRINGING;
  const inits = (pod.status?.initContainerStatuses ?? []).map(({ name }) => name);
  const waits = [...inits, HELPER, MAIN].map((name) => waitOfOne(pod, name));
  return waits.find((wait) => wait !== null) ?? waitOfInit(pod) ?? waitOnTheWay("starting");
}

/** A container of the flow that has to end, or to be ready, before main may begin. */
function waitOfInit(pod: Pod): Wait | null {
  const running = pod.status?.initContainerStatuses?.find(
    ({ name, state }) => name !== INIT_HELPER && state?.running,
  );
  const isMainWaiting = statusOf(pod, MAIN)?.state?.waiting?.reason === "PodInitializing";
  return running && isMainWaiting ? waitForInit(running.name) : null;
}

/** What is wrong with this container while it waits; null when nothing is. */
export function waitOfOne(pod: Pod, name: string): Wait | null {
  const waiting = statusOf(pod, name)?.state?.waiting;
  if (!waiting?.reason) return null;
  const image = containerOf(pod, name)?.image ?? "";
  return waitOfContainer(waiting.reason, {
    container: name,
    image,
    message: waiting.message ?? "",
  });
}

function marksFromPod(pod: Pod): RunMarks {
  const main = statusOf(pod, MAIN);
  const scheduled = pod.status?.conditions?.find(
    ({ type, status }) => type === "PodScheduled" && status === "True",
  );
  const running = dateOf(startOf(main));
  // Where an init container brings the files, that begins with it.
  const started = dateOf(startOf(statusOf(pod, INIT_HELPER))) ?? running;
  return withoutAbsent({
    created: dateOf(pod.metadata.creationTimestamp),
    scheduled: dateOf(scheduled?.lastTransitionTime),
    started,
    running: isHelperMissing(pod) ? undefined : running,
    ended: dateOf(main?.state?.terminated?.finishedAt),
    node: pod.spec?.nodeName,
  });
}

function startOf(status: ContainerStatus | undefined): string | undefined {
  return status?.state?.running?.startedAt ?? status?.state?.terminated?.startedAt;
}

/** A container that never ran has the start 0001-01-01 or 1970-01-01. */
function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? Number.NaN);
  return date.getTime() > 0 ? date : undefined;
}

function withoutAbsent(marks: { [K in keyof RunMarks]: RunMarks[K] | undefined }): RunMarks {
  return Object.fromEntries(Object.entries(marks).filter(([, value]) => value !== undefined));
}
