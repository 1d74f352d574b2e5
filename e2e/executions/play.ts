import type { AttemptEnd } from "#lib/executions/attempt-end.ts";
import { advanceExecution } from "#lib/executions/advance.ts";
import { claimAttempts } from "#lib/executions/claim.ts";
import { isTerminal } from "#lib/core/state.ts";

/** An attempt that went well. */
export const good: AttemptEnd = {
  state: "SUCCESS",
  failure: null,
  exitCode: 0,
  outputs: { value: "x" },
  files: [],
  marks: {},
  node: null,
  seal: { state: "complete", lines: 0, bytes: 0 },
  mayRepeat: false,
};
/** An attempt whose code failed. */
export const bad: AttemptEnd = {
  ...good,
  state: "FAILED",
  exitCode: 3,
  failure: {
    kind: "exit",
    message: "Command failed with exit code 3",
    remedy: "",
    evidence: "",
    fault: "user",
    exitCode: 3,
    line: null,
  },
};

const player = { owner: "player", leaseSeconds: 30 };

/** Advances and ends every attempt as `end` says, until the execution has ended. */
export async function playExecution(
  id: string,
  end: (position: number) => AttemptEnd,
): Promise<void> {
  let advanced = await advanceExecution(id, null, player);
  for (let steps = 0; steps < 50 && advanced && !isTerminal(advanced.state); steps += 1) {
    const [attempt] =
      advanced.claimed.length > 0 ? advanced.claimed : await claimAttempts(player, 1);
    if (!attempt) throw new Error("nothing was claimed");
    const happening = {
      kind: "attempt-ended",
      lease: attempt.lease,
      end: end(attempt.position),
    } as const;
    advanced = await advanceExecution(id, happening, player);
  }
}
