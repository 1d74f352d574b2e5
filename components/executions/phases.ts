import type { AttemptView, PhaseMarks } from "#lib/core/execution-view.ts";

/** What an attempt's time goes into: ours, waiting for a node, the image, the start, files, code, files. */
export type Phase = "podflow" | "node" | "image" | "start" | "inputs" | "code" | "outputs";

export interface PhaseSpan {
  phase: Phase;
  fromMs: number;
  toMs: number;
}

const MARKS = [
  "queued",
  "created",
  "scheduled",
  "pulling",
  "pulled",
  "started",
  "running",
  "ended",
  "collected",
  "recorded",
] as const satisfies readonly (keyof PhaseMarks)[];
type Mark = (typeof MARKS)[number];

/** What goes on before each mark is reached. */
const BEFORE: Record<Mark, Phase> = {
  queued: "podflow",
  created: "podflow",
  scheduled: "node",
  pulling: "start",
  pulled: "image",
  started: "start",
  running: "inputs",
  ended: "code",
  collected: "outputs",
  recorded: "podflow",
};

/** A process has no node and no image to wait for, and our own tasks run inside the worker. */
const MISSING: Record<AttemptView["runner"], readonly Phase[]> = {
  kubernetes: [],
  process: ["node", "image"],
  worker: ["node", "image", "start", "inputs", "outputs"],
};

/** The phase that goes on after `mark`, if nothing is skipped. */
function phaseAfter(mark: Mark, runner: AttemptView["runner"]): Phase {
  // When the node fetches an image is told only once it has it: until then that is what takes long.
  if (mark === "scheduled" && runner === "kubernetes") return "image";
  const later = MARKS.slice(MARKS.indexOf(mark) + 1).map((next) => BEFORE[next]);
  return later.find((phase) => !MISSING[runner].includes(phase)) ?? "podflow";
}

function phaseBetween(from: Mark, to: Mark, runner: AttemptView["runner"]): Phase {
  // An attempt that ended early is recorded from wherever it was: that phase took the time.
  const wasCutShort = to === "recorded" && from !== "collected" && from !== "ended";
  // A pod that ended before its containers began, for example without its image: no code ran.
  const hasNotBegun = runner === "kubernetes" && MARKS.indexOf(from) < MARKS.indexOf("started");
  const phase = BEFORE[to];
  if (wasCutShort || (to === "ended" && hasNotBegun) || MISSING[runner].includes(phase))
    return phaseAfter(from, runner);
  return phase;
}

/** The phases of one attempt, one after the other without gaps; the one that goes on lasts until now. */
export function phaseSpans(attempt: AttemptView, nowMs: number): PhaseSpan[] {
  const reached = MARKS.flatMap((mark) => {
    const date = attempt.marks[mark];
    return date === undefined ? [] : [{ mark, atMs: Date.parse(date) }];
  });
  const spans: PhaseSpan[] = [];
  let last = reached[0];
  if (last === undefined) return [];
  // What waits to be tried again is in the queue all the while: its time begins when it is taken up.
  const takenUpMs = attempt.startedAt === null ? 0 : Date.parse(attempt.startedAt);
  if (attempt.number > 0) last = { ...last, atMs: Math.max(last.atMs, takenUpMs) };
  for (const next of reached.slice(1)) {
    // Two machines' clocks may disagree by a little: time does not run backwards here.
    const toMs = Math.max(last.atMs, next.atMs);
    const phase = phaseBetween(last.mark, next.mark, attempt.runner);
    spans.push({ phase, fromMs: last.atMs, toMs });
    last = { mark: next.mark, atMs: toMs };
  }
  const endMs = attempt.endedAt === null ? nowMs : Date.parse(attempt.endedAt);
  if (last.mark === "recorded" || endMs <= last.atMs) return spans;
  const phase = phaseAfter(last.mark, attempt.runner);
  return [...spans, { phase, fromMs: last.atMs, toMs: endMs }];
}
