import type { Ending, Observation, RunHandle, RunMarks, Runner } from "#lib/runner/contract.ts";
import type { Finding } from "../adoptions.ts";
import type { Drive } from "./drive.ts";

/** What a place says of a run that it has removed itself. */
const WAS_REMOVED: ReadonlySet<Ending["kind"]> = new Set(["deleted", "lost"]);
/** What it says of a run that it does not have (any more). */
const NOT_FOUND: ReadonlySet<Ending["kind"]> = new Set(["deleted", "lost", "namespace"]);
const ADOPTED: Record<Finding, string> = {
  "goes-on": "Another worker took this task over: it goes on.",
  ended: "Another worker took this task over: it had ended meanwhile.",
  unknown: "Another worker took this task over: what had begun of it was not found.",
};

export interface RunEnd {
  ending: Ending;
  node: string | null;
  /** Nobody can tell that it has stopped. */
  mayStillRun: boolean;
}

/**
 * Follows the run to its end and shows on the way what it waits for.
 * @throws RunnerError when the place cannot be read for good
 */
export async function watchRun(
  drive: Drive,
  run: { runner: Runner; handle: RunHandle; onRunning: (marks: RunMarks) => void },
): Promise<RunEnd> {
  let isAdopted = drive.attempt.handle !== null;
  for await (const seen of run.runner.observe(run.handle, drive.held.signal)) {
    if (isAdopted) await tellAdoption(drive, seen);
    isAdopted = false;
    if (seen.phase === "given-up") {
      // Masking changes texts and nothing else of the form.
      const givenUp = drive.masks.deep(seen.ending) as Ending;
      await drive.reporter.now({ progress: { givenUp } });
      drive.progress.givenUp = givenUp;
      continue;
    }
    if (seen.phase === "ended") {
      drive.marks.seen(seen.marks, drive.now());
      drive.marks.note("ended", drive.now());
      const { givenUp } = drive.progress;
      const ending = givenUp && WAS_REMOVED.has(seen.ending.kind) ? givenUp : seen.ending;
      const { mayStillRun = false } = seen;
      return { ending, node: seen.marks.node ?? null, mayStillRun };
    }
    show(drive, seen);
    if (seen.phase === "running") run.onRunning(seen.marks);
  }
  throw new Error("The runner stopped observing without an end.");
}

/** Says in the task's log and to the worker what was found of a run that another one had begun. */
async function tellAdoption(drive: Drive, seen: Observation): Promise<void> {
  const finding = findingOf(drive, seen);
  drive.adoptions.found(drive.attempt.lease.attemptId, finding);
  drive.log.say(ADOPTED[finding], "INFO", drive.now());
  await drive.log.advance({});
}

function findingOf({ progress }: Drive, seen: Observation): Finding {
  if (seen.phase !== "ended") return "goes-on";
  return NOT_FOUND.has(seen.ending.kind) && progress.givenUp === null ? "unknown" : "ended";
}

function show(drive: Drive, seen: Extract<Observation, { phase: "pending" | "running" }>): void {
  const marks = drive.marks.seen(seen.marks, drive.now());
  const { node } = seen.marks;
  drive.reporter.wait(seen.waiting ?? null, marks);
  if (node !== undefined) drive.reporter.report({ node });
}
