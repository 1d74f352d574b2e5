import type { ExecutionView } from "#lib/core/execution-view.ts";
import { paddingOf, type RunPlan } from "./plan.ts";
import type { WitnessedPod } from "./witness.ts";

/** What is known of a run when it has ended, each from a source of its own. */
export interface Evidence {
  plan: RunPlan;
  execution: ExecutionView;
  /** The lines that the database has, without their padding and without our own words. */
  lines: { attempt: number | null; text: string }[];
  /** The text of the output file; null when there is none. */
  output: string | null;
  expectedOutput: string;
  /** Every pod that the API server ever had for it, in order, as a watch of the chaos' own saw it. */
  pods: WitnessedPod[];
  /** Whether the fault was really done: a run may be over before. */
  wasHit: boolean;
  /**
   * How often containerd was killed meanwhile. A container that ends while it is away gets the exit
   * code 255 and the reason Unknown from it, or loses its last lines; and what it had read of a
   * program and not yet written is in no log at all.
   */
  containerdKills: number;
}

/**
 * What a killed containerd may take with it: the buffers of io.Copy and of the reader behind it
 * (internal/cri/io/container_io.go and logger.go).
 */
const CONTAINERD_BYTES = (32 + 4) * 1024;

/**
 * Everything that is untrue or doubled, in words; nothing when the run is as promised: success only
 * with exit code 0, every line and the file; a failure only where a pod was taken away while it ran
 * (docs/decisions/0006); no second pod that runs the user's code but after an eviction.
 */
export function judge(evidence: Evidence): string[] {
  return [...judgeState(evidence), ...judgePods(evidence), ...judgeLines(evidence)];
}

/** By when it is noticed that the container with the files is not there. */
const FILES_LOST = new Set(["config", "output-files"]);

function judgeState(evidence: Evidence): string[] {
  const { execution, output, expectedOutput, pods, plan, wasHit } = evidence;
  const last = pods.at(-1);
  if (execution.state === "SUCCESS") {
    const found: string[] = [];
    const { exitCode } = execution.taskRuns[0]?.outputs ?? {};
    if (exitCode !== 0) found.push(`success with exit code ${String(exitCode)}`);
    if (last?.exitCode !== 0 && !last?.wentUnseen)
      found.push(`success of a pod with exit code ${last?.exitCode}`);
    if (output !== expectedOutput) found.push(`success with the file ${JSON.stringify(output)}`);
    return found;
  }
  const { failure } = execution.taskRuns[0] ?? {};
  const told = `${execution.state} (${failure?.kind}: ${failure?.message} ${failure?.evidence})`;
  if (execution.state !== "FAILED" || failure?.fault !== "platform") return [`ended ${told}`];
  // With its pod its files may go, before they are kept; and while the API server is away, by another
  // run's fault, nobody sees why it goes.
  const allowed = {
    "pod-deleted": ["deleted", "output-files", "lost"],
    "node-drained": ["output-files", "lost"],
  };
  const kinds = Object.entries(allowed).find(([fault]) => fault === plan.fault)?.[1] ?? [];
  // Of what went while nobody of ours watched it is not known whether it had begun.
  const mayHaveBegun = last?.mayHaveStarted === true || failure.kind === "lost";
  const mayFail = wasHit && mayHaveBegun && kinds.includes(failure.kind);
  const isLost =
    last?.startWasCut === true || (evidence.containerdKills > 0 && last?.exitCode === 255);
  // A kubelet that is killed cuts off the start of containers, too.
  const areFilesLost = last?.lostItsFiles === true && FILES_LOST.has(failure.kind);
  const isUnknown = (isLost && failure.kind === "lost") || areFilesLost;
  return mayFail || isUnknown ? [] : [`ended ${told}`];
}

function judgePods({ plan, pods, execution }: Evidence): string[] {
  const found: string[] = [];
  const started = pods.filter(({ hasStarted }) => hasStarted);
  if (started.length > 1 && plan.fault !== "node-drained")
    found.push(`the user's code ran in ${started.length} pods`);
  started.slice(0, -1).forEach((pod, index) => {
    const next = started[index + 1];
    if (pod.exitCode === 0 && pod.endedBeforeDeletion)
      found.push("the user's code ran again after it had ended well");
    if (next && (pod.goneAt ?? pod.endedAt ?? Number.POSITIVE_INFINITY) > next.startedAt)
      found.push("the user's code ran in two pods at once");
  });
  const attempts = execution.taskRuns[0]?.attempts.length ?? 0;
  if (attempts > pods.length + 1) found.push(`${attempts} attempts for ${pods.length} pods`);
  return found;
}

/** Of each attempt every line once and in order; some may be missing only where a gap is told. */
function judgeLines({ plan, execution, lines, containerdKills }: Evidence): string[] {
  const found: string[] = [];
  const lineBytes = `line ${plan.lines} ${"x".repeat(paddingOf(plan))}\n`.length;
  const attempts = execution.taskRuns[0]?.attempts ?? [];
  for (const { number, seal, state } of attempts) {
    const its = lines.filter(({ attempt }) => attempt === number);
    const of = `of attempt ${number}`;
    let last = 0;
    let hole = "";
    let pieces = 0;
    let excused = 0;
    for (const { text } of its) {
      const line = numberOf(text);
      if (line === null) {
        pieces += 1;
        const mayBeTorn = seal.state === "incomplete" || pieces <= containerdKills;
        if (!mayBeTorn || !PIECE_OF_LINE.test(text))
          found.push(`the strange line ${of} ${text.slice(0, 80)}`);
        continue;
      }
      if (line <= last) found.push(`line ${line} after line ${last} ${of}`);
      if (line > last + 1) {
        const isContainerds = (line - last) * lineBytes <= CONTAINERD_BYTES;
        if (isContainerds && excused < containerdKills) excused += 1;
        else hole ||= `line ${line} follows line ${last} ${of}, no gap told`;
      }
      last = line;
    }
    if (seal.state === "live") {
      found.push(`the log ${of} has no seal`);
      continue;
    }
    if (seal.lines !== its.length)
      found.push(`the seal ${of} says ${seal.lines} lines, and there are ${its.length}`);
    if (seal.state === "incomplete") continue;
    if (hole) found.push(hole);
    if (state === "SUCCESS" && containerdKills === 0 && its.length !== plan.lines)
      found.push(`${its.length} of ${plan.lines} lines ${of}, and no gap is told`);
  }
  // The first few say enough.
  return found.slice(0, 5);
}

/** Behind a gap the first line may be the end of one whose beginning is lost. */
const PIECE_OF_LINE = /^[line \d]{0,12}x*$/;

function numberOf(text: string): number | null {
  const found = /^line (\d+)$/.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}
