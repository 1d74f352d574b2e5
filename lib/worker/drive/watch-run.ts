import type { Ending, Observation, RunHandle, RunMarks, Runner } from "#lib/runner/contract.ts";
import type { Drive } from "./drive.ts";

/** What a place says of a run that it has removed itself. */
const WAS_REMOVED: ReadonlySet<Ending["kind"]> = new Set(["deleted", "lost"]);

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
  for await (const seen of run.runner.observe(run.handle, drive.held.signal)) {
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

function show(drive: Drive, seen: Extract<Observation, { phase: "pending" | "running" }>): void {
  const marks = drive.marks.seen(seen.marks, drive.now());
  const { node } = seen.marks;
  drive.reporter.wait(seen.waiting ?? null, marks);
  if (node !== undefined) drive.reporter.report({ node });
}
