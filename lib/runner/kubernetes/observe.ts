import type { Ending, Observation, RunHandle } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";
import { Bell } from "./bell.ts";
import { endingFrom } from "./causes.ts";
import { removePod } from "./destroy.ts";
import type { Deliveries } from "./deliveries.ts";
import { deletionAskedAt } from "./end-facts.ts";
import type { ImagePulls } from "./image-pulls.ts";
import { ANNOTATION, hasLostMain, type Pod } from "./pod.ts";
import { type PodState, stateFromPod } from "./pod-status.ts";
import { PodWarnings } from "./pod-warnings.ts";
import type { PodWatch } from "./pod-watch.ts";
import { readPod } from "./read-pod.ts";
import { toldOfRemoval } from "./vanished.ts";
import { BRINGING, endingOfWait, type Wait } from "./waiting-causes.ts";

const DEFAULT_WAIT_SECONDS = 600;
/** Of a second each: an API server that was just started may refuse what it allows soon after. */
const REFUSED_TRIES = 30;
/** For a program that still runs when its end is decided here. */
const GRACE_SECONDS = 5;

interface ObserveTools {
  api: ClusterApi;
  watch: PodWatch;
  deliveries: Deliveries;
  pulls?: ImagePulls;
}

interface Explained {
  state: PodState;
  now: number;
  againAt: number | null;
}

interface Look {
  observation: Observation;
  /** When the same pod would say something else (milliseconds of the cluster's clock); null: never. */
  againAt: number | null;
  /**
   * Set when it is time alone that says that it has ended. With `remove`, the pod could still go on,
   * and has to be removed first.
   */
  decision?: "remove" | "leave";
}

/**
 * Yields what the pod shows at every change, and ends after its one `ended`; before it removes a pod
 * that could still go on, it says so.
 */
export async function* observePod(
  tools: ObserveTools,
  handle: RunHandle,
  signal: AbortSignal,
): AsyncIterable<Observation> {
  const { api, watch } = tools;
  const bell = new Bell(signal);
  const unlisten = watch.listen(handle.name, () => bell.ring());
  const waits = new WaitClock();
  const warnings = new PodWarnings(api, () => bell.ring(), tools.pulls);
  let shown = "";
  try {
    for (;;) {
      const lookAt = async (pod: Pod | null): Promise<Look> =>
        pod
          ? look(pod, await explained(pod, tools, { warnings, signal }), waits)
          : { observation: goneObservation(watch, handle, api.now()), againAt: null };
      let seen = await lookAt(await latestPod(tools, handle, { bell, signal, isFresh: false }));
      // What the watch is late to tell must not be decided over.
      if (seen.decision) {
        seen = await lookAt(await latestPod(tools, handle, { bell, signal, isFresh: true }));
      }
      const { againAt, decision } = seen;
      let told = seen.observation;
      if (decision === "remove" && told.phase === "ended") {
        yield { ...told, phase: "given-up" };
        if (!(await endDecided(api, handle, bell, signal))) told = { ...told, mayStillRun: true };
      }
      const observation = await withRemoval(api, handle, { seen: told, signal });
      const text = JSON.stringify(observation);
      if (text !== shown) {
        shown = text;
        yield observation;
      }
      if (observation.phase === "ended") return;
      await bell.wait(againAt === null ? null : againAt - api.now());
    }
  } finally {
    unlisten();
    warnings.close();
    bell.close();
  }
}

/**
 * The latest snapshot of the pod of this uid; null when there certainly is none. What the watch does
 * not show is asked for: it may not have heard yet, or somebody removed our label.
 */
async function latestPod(
  { api, watch }: { api: ClusterApi; watch: PodWatch },
  handle: RunHandle,
  { bell, signal, isFresh }: { bell: Bell; signal: AbortSignal; isFresh: boolean },
): Promise<Pod | null> {
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    if (watch.failure) throw watch.failure;
    const pod = watch.get(handle.name);
    if (!isFresh && pod?.metadata.uid === handle.uid) return pod;
    if (isFresh || watch.isListed) {
      try {
        const read = await readPod(api, handle, signal);
        if (read) watch.add(read);
        return read;
      } catch (error) {
        signal.throwIfAborted();
        const failure = runnerErrorFrom(error, api.access.server, `read the pod ${handle.name}`);
        if (!failure.isTransient && error instanceof ApiFailure && tries > REFUSED_TRIES)
          throw failure;
        // The watch is cut as well, then; it lists again and rings.
      }
    }
    await bell.wait(1_000);
  }
}

/** The pod's state, with what only its events tell. */
async function explained(
  pod: Pod,
  { api, deliveries }: ObserveTools,
  { warnings, signal }: { warnings: PodWarnings; signal: AbortSignal },
): Promise<Explained> {
  const now = api.now();
  const { uid } = pod.metadata;
  const state = stateFromPod(pod, now, deliveries.doneAt(uid));
  if (state.phase !== "pending") return { state, now, againAt: null };
  if (state.wait === BRINGING) {
    return { state: { ...state, wait: deliveries.waitOf(uid) }, now, againAt: null };
  }
  const { wait, againAt } = await warnings.explain(pod, state.wait, signal);
  return { state: { ...state, wait }, now, againAt };
}

function look(pod: Pod, { state, now, againAt: eventsAt }: Explained, waits: WaitClock): Look {
  if (state.phase === "ended") {
    const { isForsaken, ...ended } = state;
    if (!isForsaken) return { observation: ended, againAt: null };
    return { observation: { ...ended, mayStillRun: true }, againAt: null, decision: "leave" };
  }
  if (state.phase === "running") return lookAtRunning(pod, state, { waits, now });
  const { ending, againAt } = waits.check(pod, state.wait, now);
  if (ending) {
    const observation: Observation = { phase: "ended", ending, marks: state.marks };
    return { observation, againAt: null, decision: "remove" };
  }
  const observation: Observation = {
    phase: "pending",
    waiting: state.wait.waiting,
    marks: state.marks,
  };
  return { observation, againAt: Math.min(againAt, eventsAt ?? againAt) };
}

function lookAtRunning(
  pod: Pod,
  { doom, hitch, marks }: Extract<PodState, { phase: "running" }>,
  { waits, now }: { waits: WaitClock; now: number },
): Look {
  if (!doom) {
    const waiting = hitch && { waiting: hitch.waiting };
    return { observation: { phase: "running", marks, ...waiting }, againAt: forsakenAt(pod) };
  }
  const { ending, againAt } = waits.check(pod, doom, now);
  if (!ending) return { observation: { phase: "running", marks }, againAt };
  // Better now than after hours: what the program makes could not be fetched.
  const message = `The container that keeps the task's files cannot run. ${ending.message}`;
  const told = { ...ending, message, mainStarted: true };
  return {
    observation: { phase: "ended", ending: told, marks },
    againAt: null,
    decision: "remove",
  };
}

async function withRemoval(
  api: ClusterApi,
  handle: RunHandle,
  { seen, signal }: { seen: Observation; signal: AbortSignal },
): Promise<Observation> {
  if (seen.phase !== "ended") return seen;
  return { ...seen, ending: await toldOfRemoval(api, handle, { ending: seen.ending, signal }) };
}

/**
 * Asks for the pod's end until the API server has answered: what ended is told in any case.
 * @returns false where it refuses, so that the pod may go on
 */
async function endDecided(
  api: ClusterApi,
  handle: RunHandle,
  bell: Bell,
  signal: AbortSignal,
): Promise<boolean> {
  for (;;) {
    try {
      await removePod(api, handle, { graceSeconds: GRACE_SECONDS, signal });
      return true;
    } catch (error) {
      signal.throwIfAborted();
      const failure = runnerErrorFrom(error, api.access.server, `delete the pod ${handle.name}`);
      if (!failure.isTransient) return false;
    }
    await bell.wait(1_000);
  }
}

/** A pod whose node is silent changes no more, and must be looked at again all the same. */
function forsakenAt(pod: Pod): number | null {
  const { deletionTimestamp } = pod.metadata;
  return deletionTimestamp ? Date.parse(deletionTimestamp) + 91_000 : null;
}

/** When waiting for one reason, or waiting at all, has taken too long. */
class WaitClock {
  #reason = "";
  #since = 0;

  check(pod: Pod, wait: Wait, now: number): { ending: Ending | null; againAt: number } {
    if (wait.isOurs) return { ending: null, againAt: Number.POSITIVE_INFINITY };
    const reason = `${wait.waiting.kind} ${wait.waiting.message}`;
    if (reason !== this.#reason) {
      this.#reason = reason;
      this.#since = now;
    }
    const limit = Number(
      pod.metadata.annotations?.[ANNOTATION.waitUntilRunningSeconds] ?? DEFAULT_WAIT_SECONDS,
    );
    const over = Date.parse(pod.metadata.creationTimestamp ?? "") + limit * 1000;
    const graceOver =
      wait.graceSeconds === null ? over : Math.min(over, this.#since + wait.graceSeconds * 1000);
    if (now < graceOver) return { ending: null, againAt: graceOver };
    return { ending: endingOfWait(wait, now >= over ? limit : null), againAt: graceOver };
  }
}

function goneObservation(watch: PodWatch, handle: RunHandle, now: number): Observation {
  const last = watch.lastSight(handle.name);
  const state = last?.metadata.uid === handle.uid ? stateFromPod(last, now) : null;
  if (state?.phase === "ended") return { phase: "ended", ending: state.ending, marks: state.marks };
  // Only a pod that was seen waiting is known not to have begun.
  const mainStarted = state?.phase !== "pending" || (last !== undefined && hasLostMain(last));
  // One that was asked to go went for that reason, also where its last moments were not seen.
  if (state !== null && last !== undefined && deletionAskedAt(last) !== null) {
    const ending = { ...endingFrom({ pod: last, main: null }), mainStarted };
    return { phase: "ended", ending, marks: state.marks };
  }
  const wasSeenGoing = state !== null && !watch.wentUnseen(handle.name);
  const ending: Ending = {
    kind: wasSeenGoing ? "deleted" : "lost",
    exitCode: null,
    message: wasSeenGoing
      ? `The pod ${handle.name} was deleted before its end was seen.`
      : `The pod ${handle.name} no longer exists, and nobody saw it end.`,
    remedy: "If nobody did so on purpose, look in the cluster's audit log for who deletes pods.",
    evidence: `no pod ${handle.namespace}/${handle.name} with the uid ${handle.uid}`,
    fault: "platform",
    mainStarted,
  };
  return { phase: "ended", ending, marks: state?.marks ?? {} };
}
