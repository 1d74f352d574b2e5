import { AppError } from "#lib/core/app-error.ts";
import { executionCan } from "#lib/core/state.ts";
import { CHANGED_CHANNEL } from "#lib/store/channels.ts";
import { transaction } from "#lib/store/transaction.ts";
import { forgetBytes } from "./forget-bytes.ts";
import { lockExecution } from "./step/load-snapshot.ts";

/**
 * Removes an ended execution with its log and files.
 * @throws AppError `not-found`, `conflict` while it runs
 */
export async function deleteExecution(id: string): Promise<void> {
  const keys = await transaction(async (db) => {
    const execution = await lockExecution(db, id);
    if (!execution) throw new AppError("not-found", `There is no execution ${id}.`);
    if (!executionCan.delete(execution)) {
      const what = `The execution ${id} is ${execution.state}.`;
      throw new AppError("conflict", `${what} Kill it first, or wait for its end.`);
    }
    const { rows } = await db.query<{ storage_key: string }>(
      "DELETE FROM artifacts WHERE execution_id = $1 RETURNING storage_key",
      [id],
    );
    await db.query("DELETE FROM executions WHERE id = $1", [id]);
    await db.query(`SELECT pg_notify('${CHANGED_CHANNEL}', $1)`, [id]);
    return rows.map((row) => row.storage_key);
  });
  await forgetBytes(keys);
}
