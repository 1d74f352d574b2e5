import { endingOfExit, endingOfFailedSpawn } from "../process/endings.ts";
import { directivesIn, endingOfWaiting, waitingOf } from "./directive.ts";
import { type FakeRun, RunIsOver } from "./fake-run.ts";
import { runCommand } from "./shell/run.ts";

/** Lets the attempt wait, run and end, as its script says. Never rejects. */
export async function executeRun(run: FakeRun): Promise<void> {
  try {
    await waitAsTold(run);
    const never = new AbortController().signal;
    while (!run.hasFiles && !run.ending) await run.nextChange(run.version, never);
    if (run.ending) return;
    run.begin();
    // Even a script that prints and ends at once is seen running, as it would be elsewhere.
    await run.sleep(1);
    const result = await runCommand(run, run.spec.command);
    run.end(
      result === "not-found"
        ? endingOfFailedSpawn(run.spec.command[0] ?? "", notFound())
        : endingOfExit(result.code, result.isKilled ? "SIGKILL" : null, lastErrors(run)),
    );
  } catch (error) {
    if (error instanceof RunIsOver) return;
    // A slip in a directive, or in the fake itself: the test that caused it must see it.
    run.print("stderr", `fake: ${String(error)}\n`);
    run.end(endingOfExit(2, null, ""));
  }
}

async function waitAsTold(run: FakeRun): Promise<void> {
  const script = run.spec.command.join("\n");
  for (const directive of directivesIn(script, run.spec.identity.attemptNumber)) {
    switch (directive.what) {
      case "pending":
        run.waiting = waitingOf(directive);
        run.change();
        await run.sleep(directive.afterMs);
        break;
      case "image-missing":
      case "unschedulable":
      case "quota": {
        run.waiting = waitingOf(directive);
        run.change();
        const seconds = run.spec.kubernetes.waitUntilRunningSeconds;
        await run.sleep(directive.afterMs > 0 ? directive.afterMs : Math.min(seconds, 1) * 1000);
        const kind = directive.what === "image-missing" ? "image" : directive.what;
        run.end(endingOfWaiting(kind));
        throw new RunIsOver();
      }
    }
  }
}

function notFound(): Error & { code: string } {
  return Object.assign(new Error("spawn ENOENT"), { code: "ENOENT" });
}

function lastErrors(run: FakeRun): string {
  const lines = run.lines.filter((line) => line.stream === "stderr").slice(-5);
  return lines.map((line) => Buffer.from(line.bytes).toString("utf8")).join("\n");
}
