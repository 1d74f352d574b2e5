import { bytesText } from "#components/ui/bytes-text.ts";
import { durationText } from "#components/ui/time-text.ts";
import type { AttemptView, TaskRunView } from "#lib/core/execution-view.ts";
import { type Phase, phaseSpans } from "./phases.ts";

export interface TimeRow {
  label: string;
  text: string;
}

export const PHASE_LABEL: Record<Phase, string> = {
  node: "Waited for a node",
  image: "Pulled the image",
  start: "Started",
  inputs: "Input files",
  code: "Your code",
  outputs: "Output files",
  podflow: "Podflow",
};
const ORDER: readonly Phase[] = ["node", "image", "start", "inputs", "code", "outputs", "podflow"];

/** Less than this is no pull: the node only looked whether it has the image. */
export const HAD_IMAGE_MS = 50;
/** Less than this is shown nowhere. */
const NOTHING_MS = 5;

/**
 * Where the time of these runs went, from `fromMs` to `toMs`. The rows add up to that stretch: what
 * no attempt accounts for was ours, or a pause between two attempts.
 */
export function timeSpent(options: {
  runs: readonly TaskRunView[];
  fromMs: number;
  toMs: number;
  nowMs: number;
}): TimeRow[] {
  const { runs, fromMs, toMs, nowMs } = options;
  const spent = new Map<Phase, number>();
  let accounted = 0;
  for (const run of runs) {
    for (const attempt of run.attempts) {
      for (const span of phaseSpans(attempt, nowMs)) {
        const ms = span.toMs - span.fromMs;
        spent.set(span.phase, (spent.get(span.phase) ?? 0) + ms);
        accounted += ms;
      }
    }
  }
  const pauses = runs.reduce((sum, run) => sum + pausesBetween(run.attempts), 0);
  const rest = Math.max(0, toMs - fromMs - accounted - pauses);
  spent.set("podflow", (spent.get("podflow") ?? 0) + rest);
  const rows = ORDER.filter((phase) => isWorthARow(phase, spent.get(phase), runs)).map((phase) => ({
    label: PHASE_LABEL[phase],
    text: textOf(phase, spent.get(phase) ?? 0, runs),
  }));
  const pause = { label: "Waited to try again", text: durationText(pauses) };
  return pauses > 0 ? [pause, ...rows] : rows;
}

/** Where there were no files, no time was spent on them. */
function isWorthARow(phase: Phase, ms: number | undefined, runs: readonly TaskRunView[]): boolean {
  if (ms === undefined) return false;
  const isAboutFiles = phase === "inputs" || phase === "outputs";
  return !isAboutFiles || ms >= NOTHING_MS || bytesOf(phase, runs) > 0;
}

function pausesBetween(attempts: readonly AttemptView[]): number {
  let sum = 0;
  for (const [at, attempt] of attempts.entries()) {
    const next = attempts[at + 1];
    const begin = next?.startedAt ?? next?.marks.created;
    if (attempt.endedAt === null || begin === undefined || begin === null) continue;
    sum += Math.max(0, Date.parse(begin) - Date.parse(attempt.endedAt));
  }
  return sum;
}

function textOf(phase: Phase, ms: number, runs: readonly TaskRunView[]): string {
  if (phase === "image" && ms < HAD_IMAGE_MS) return "already there";
  const bytes = bytesOf(phase, runs);
  return bytes === 0 ? durationText(ms) : `${durationText(ms)} · ${bytesText(bytes)}`;
}

function bytesOf(phase: Phase, runs: readonly TaskRunView[]): number {
  if (phase === "outputs") {
    return runs.flatMap((run) => run.files).reduce((sum, file) => sum + file.size, 0);
  }
  if (phase !== "inputs") return 0;
  return runs
    .flatMap((run) => run.attempts)
    .reduce((sum, one) => sum + (one.upload?.total ?? 0), 0);
}
