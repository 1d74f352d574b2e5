import type { AttemptView, PhaseMarks, Transfer } from "#lib/core/execution-view.ts";
import { bytesText } from "#components/ui/bytes-text.ts";
import { durationText } from "#components/ui/time-text.ts";
import { HAD_IMAGE_MS } from "./time-spent.ts";

/** `never`: the attempt ended before it. */
export type StepState = "done" | "now" | "ahead" | "failed" | "never";

/** One step of a pod's life. */
export interface Step {
  key: string;
  label: string;
  state: StepState;
  /** When it was done, ISO 8601; null when it is not, or nobody knows. */
  at: string | null;
  /** What is to know beside the time. */
  note: string | null;
  /** Files on their way. */
  transfer: Transfer | null;
}

interface Planned {
  key: string;
  label: string;
  at: string | undefined;
  note?: string | null;
  transfer?: Transfer | null;
  /** It certainly happened, though nobody knows when. */
  isImplied?: boolean;
}

/** What a pod attempt went through, goes through and will, in order. */
export function stepsOf(attempt: AttemptView, outputs: { count: number; bytes: number }): Step[] {
  const { marks, pod, upload, download } = attempt;
  const steps: Planned[] = [
    { key: "created", label: "Pod created", at: marks.created },
    { key: "scheduled", label: "Scheduled", at: marks.scheduled, note: pod?.node ?? null },
    {
      key: "pulled",
      label: "Image pulled",
      at: marks.pulled,
      note: pullNote(marks),
      isImplied: marks.started !== undefined,
    },
  ];
  if (upload !== null) {
    const note = `${bytesText(upload.total)}`;
    steps.push({ key: "in", label: "Files in", at: marks.running, note, transfer: upload });
  }
  steps.push({ key: "running", label: "Running", at: marks.running });
  const isEnded = attempt.endedAt !== null;
  if (download !== null || outputs.count > 0) {
    const note =
      outputs.count > 0
        ? `${outputs.count === 1 ? "1 file" : `${outputs.count} files`}, ${bytesText(outputs.bytes)}`
        : bytesText(download?.total ?? 0);
    steps.push({
      key: "out",
      label: "Files out",
      at: isEnded ? marks.collected : undefined,
      note,
      transfer: download,
    });
  }
  const last = lastStep(attempt);
  return last === null ? withStates(steps, attempt) : [...withStates(steps, attempt), last];
}

/** Its state follows from the end alone, whatever came before. */
function lastStep({ pod, marks, endedAt }: AttemptView): Step | null {
  if (pod === null) return null;
  const base = { key: "removed", note: null, transfer: null };
  if (pod.isKept) {
    const state = endedAt === null ? "ahead" : "done";
    return { ...base, label: "Pod kept", state, at: null, note: "as the flow says" };
  }
  if (marks.removed !== undefined) {
    return { ...base, label: "Pod removed", state: "done", at: marks.removed };
  }
  const note = endedAt === null ? null : "asked for";
  return {
    ...base,
    label: "Pod removed",
    state: endedAt === null ? "ahead" : "now",
    at: null,
    note,
  };
}

function withStates(steps: readonly Planned[], attempt: AttemptView): Step[] {
  const isEnded = attempt.endedAt !== null;
  const isBad = attempt.state === "FAILED" || attempt.state === "KILLED";
  const reached = steps.findLastIndex((step) => step.at !== undefined || step.isImplied === true);
  const ran = attempt.marks.running !== undefined && attempt.marks.ended !== undefined;
  return steps.map((step, index) => ({
    key: step.key,
    label: step.label,
    state: stateOf(step, { index, reached, isEnded, isBad, ran }),
    at: step.at ?? null,
    note: noteOf(step, attempt.marks),
    transfer: step.transfer ?? null,
  }));
}

function stateOf(
  step: Planned,
  at: { index: number; reached: number; isEnded: boolean; isBad: boolean; ran: boolean },
): StepState {
  const { index, reached, isEnded, isBad, ran } = at;
  if (step.key === "running" && index === reached) {
    if (isEnded) return isBad ? "failed" : "done";
    return ran ? "done" : "now";
  }
  if (index <= reached) return "done";
  if (!isEnded) return index === reached + 1 && (step.key !== "out" || ran) ? "now" : "ahead";
  return isBad && index === reached + 1 && !ran ? "failed" : "never";
}

/** How long the code ran is said beside when it began. */
function noteOf(step: Planned, { running, ended }: PhaseMarks): string | null {
  if (step.key !== "running" || running === undefined || ended === undefined) {
    return step.note ?? null;
  }
  return `for ${durationText(Date.parse(ended) - Date.parse(running))}`;
}

function pullNote({ pulling, pulled }: PhaseMarks): string | null {
  if (pulling === undefined || pulled === undefined) return null;
  const ms = Date.parse(pulled) - Date.parse(pulling);
  return ms < HAD_IMAGE_MS ? "already there" : `in ${durationText(ms)}`;
}

/** `2.1 MB of 48.2 MB` */
export function transferText({ done, total }: Pick<Transfer, "done" | "total">): string {
  return `${bytesText(done)} of ${bytesText(total)}`;
}

/** The input file that is on its way and how far all of them are; null when none is. */
export function onTheWayText(attempt: Pick<AttemptView, "upload"> | null): string | null {
  const upload = attempt?.upload ?? null;
  if (upload === null || upload.done >= upload.total) return null;
  return upload.file === null
    ? transferText(upload)
    : `${transferText(upload)}, now ${upload.file.name}`;
}
