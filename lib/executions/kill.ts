import { AppError } from "#lib/core/app-error.ts";
import { executionCan, type State } from "#lib/core/state.ts";
import { transaction } from "#lib/store/transaction.ts";
import { advanceLocked } from "./advance.ts";
import { lockExecution } from "./step/load-snapshot.ts";

/**
 * Asks for the end of an execution; asking twice is once. What runs is ended by the worker that has it.
 * @throws AppError `not-found`, `conflict` when it has ended
 */
export async function killExecution(id: string): Promise<{ state: State }> {
  return transaction(async (db) => {
    const execution = await lockExecution(db, id);
    if (!execution) throw new AppError("not-found", `There is no execution ${id}.`);
    if (execution.state === "KILLING") return { state: execution.state };
    if (!executionCan.kill(execution)) {
      const what = `The execution ${id} has ended as ${execution.state}.`;
      throw new AppError("conflict", `${what} There is nothing to kill.`);
    }
    const happening = { kind: "kill-requested" } as const;
    const { state } = await advanceLocked(db, execution, { happening, claimer: null });
    return { state };
  });
}
