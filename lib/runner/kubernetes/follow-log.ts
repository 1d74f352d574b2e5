import { setTimeout as pause } from "node:timers/promises";
import type { LogBatch, RunHandle } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";
import { Bell } from "./bell.ts";
import { SilentError } from "./idle-limit.ts";
import { EarlyEndError } from "./log-answer-end.ts";
import { LogBeginning } from "./log-beginning.ts";
import { LogCursor } from "./log-cursor.ts";
import { LogCalls } from "./log-calls.ts";
import { LogOrder } from "./log-order.ts";
import { RotationGuard } from "./log-rotation.ts";
import { NotALogError } from "./log-lines.ts";
import { LogReader, type LogSizes } from "./log-reader.ts";
import { MAIN, type Pod, statusOf } from "./pod.ts";
import type { PodWatch } from "./pod-watch.ts";
import { readPod } from "./read-pod.ts";
import type { FileEnd } from "./resumption.ts";
import { isRefusal, REFUSED_MS } from "./refusal.ts";
import { Spell } from "./spell.ts";

/**
 * For how long an ended container's log is asked for when the answers do not give it out: a kubelet or
 * a runtime that starts anew takes some seconds.
 */
const NOT_GIVEN_MS = 20_000;

/** Between two streams of a container that is said to run: a node tells an end up to a second late. */
const REOPEN_MS = 1_000;

interface Tools {
  api: ClusterApi;
  watch: PodWatch;
  sizes?: LogSizes;
}

/**
 * The log of `main` by the log API: followed while the container runs, opened again when the
 * connection breaks, and read to its end when the container has ended.
 */
export async function* followPodLog(
  tools: Tools,
  handle: RunHandle,
  after: string | null,
  signal: AbortSignal,
): AsyncIterable<LogBatch> {
  const bell = new Bell(signal);
  const unlisten = tools.watch.listen(handle.name, () => bell.ring());
  let cursor: LogCursor | null = null;
  let fileEnd: FileEnd | null = null;
  let turn: FileEnd | null = null;
  let early: EarlyEndError | null = null;
  let failures = 0;
  const order = new LogOrder();
  const calls = new LogCalls(tools.api, handle, signal);
  const rotation = new RotationGuard(calls, tools.sizes);
  const refused = new Spell();
  const notGiven = new Spell();
  try {
    for (;;) {
      const found = await containerToRead(tools, handle, { bell, signal });
      if (found === null) return;
      if (found.state === "gone") {
        yield* lost(cursor ?? LogCursor.from(after, ""), after, found.why);
        return;
      }
      if (cursor?.container !== found.container) cursor = LogCursor.from(after, found.container);
      const beginning = new LogBeginning(found.pod, handle.attemptId);
      const reader = new LogReader(tools, handle, { cursor, beginning, order, rotation, calls });
      try {
        if (found.state === "running") yield* reader.follow(turn);
        else yield* reader.drain(turn ?? (hasEndedBy(found.pod, fileEnd) ? fileEnd : null), early);
        ({ fileEnd, turn } = reader);
        failures = 0;
        refused.note(false);
        if (reader.isComplete) return;
        if (found.state === "running" && !turn) await untilTold(tools, handle, { bell, signal });
      } catch (error) {
        signal.throwIfAborted();
        if (reader.hasProgressed) turn = null;
        early = error instanceof EarlyEndError ? error : null;
        if (reader.hasOpened) refused.note(false);
        if (refused.note(isRefusal(error)) > REFUSED_MS)
          throw runnerErrorFrom(error, tools.api.access.server, "give out the log");
        const isNotGiven = found.state === "ended" && !reader.hasProgressed && isAnswer(error);
        if (notGiven.note(isNotGiven) > NOT_GIVEN_MS) {
          yield* lost(
            cursor,
            after,
            `The node does not give out the end of the log: ${textOf(error)}`,
          );
          return;
        }
        // A program may print nothing for long.
        if (error instanceof SilentError && found.state === "running") continue;
        failures = reader.hasProgressed ? 1 : failures + 1;
        await pause(Math.min(50 * 2 ** failures, 3_000), undefined, { signal });
      }
    }
  } finally {
    unlisten();
    bell.close();
    rotation.close();
  }
}

/** Whether the container had ended when following did: else the node broke off. Times are whole seconds. */
function hasEndedBy(pod: Pod, fileEnd: FileEnd | null): boolean {
  const { finishedAt } = statusOf(pod, MAIN)?.state?.terminated ?? {};
  return fileEnd !== null && Date.parse(finishedAt ?? "") <= fileEnd.at;
}

/**
 * Following ends with the container, mostly, and the watch tells that a moment later. Where it does not,
 * the pod is read for everybody: either the watch is late, or the stream was broken off.
 */
async function untilTold(
  { api, watch }: Tools,
  handle: RunHandle,
  { bell, signal }: { bell: Bell; signal: AbortSignal },
): Promise<void> {
  const over = performance.now() + REOPEN_MS;
  for (let left = REOPEN_MS; left > 0; left = over - performance.now()) {
    const seen = watch.get(handle.name);
    if (seen && !statusOf(seen, MAIN)?.state?.running) return;
    await bell.wait(left);
  }
  const pod = await readPod(api, handle, signal).catch(() => null);
  if (pod) watch.add(pod);
}

type Found =
  | { state: "running" | "ended"; container: string; pod: Pod }
  | { state: "gone"; why: string };

/** Waits until main has a log; null when it never will have one. */
async function containerToRead(
  { api, watch }: Tools,
  handle: RunHandle,
  { bell, signal }: { bell: Bell; signal: AbortSignal },
): Promise<Found | null> {
  for (;;) {
    signal.throwIfAborted();
    if (watch.failure) throw watch.failure;
    let pod: Pod | null | undefined = watch.get(handle.name);
    if (pod?.metadata.uid !== handle.uid && watch.isListed) {
      pod = await readPod(api, handle, signal).catch(() => {
        signal.throwIfAborted();
        // `observe` meets the same, and tells it when it stays.
        return undefined;
      });
      if (pod) watch.add(pod);
      if (pod === null) return goneLog(watch, handle);
    }
    const found = pod?.metadata.uid === handle.uid ? logOf(pod) : "wait";
    if (found !== "wait") return found;
    await bell.wait(pod ? null : 1_000);
  }
}

function logOf(pod: Pod): Found | null | "wait" {
  const status = statusOf(pod, MAIN);
  const container = status?.containerID ?? status?.state?.terminated?.containerID ?? "";
  if (status?.state?.terminated) return container ? { state: "ended", container, pod } : null;
  if (status?.state?.running) return { state: "running", container, pod };
  const isOver = pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded";
  return isOver ? null : "wait";
}

function goneLog(watch: PodWatch, handle: RunHandle): Found | null {
  const last = watch.lastSight(handle.name);
  // Seen waiting and then gone: it has printed nothing.
  if (last && logOf(last) === "wait") return null;
  return { state: "gone", why: "The pod was removed before its log was read to the end." };
}

function* lost(cursor: LogCursor, after: string | null, why: string): Iterable<LogBatch> {
  const gap = { after: cursor.last || null, before: null, why };
  yield { lines: [], cursor: cursor.last === "" ? (after ?? "null") : cursor.text, gap };
}

/** The API server answered, so that waiting for it is not what is needed. */
function isAnswer(error: unknown): boolean {
  return (
    error instanceof ApiFailure || error instanceof NotALogError || error instanceof EarlyEndError
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
