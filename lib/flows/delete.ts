import { AppError } from "#lib/core/app-error.ts";
import { database } from "#lib/store/database.ts";
import type { FlowKey } from "./save.ts";

/**
 * Takes a flow off the lists. Its executions stay, and with them the revisions that they ran.
 * @throws AppError `not-found`
 */
export async function deleteFlow({ namespace, id }: FlowKey): Promise<void> {
  const { count } = await database().flow.updateMany({
    where: { namespace, id, deletedAt: null },
    data: { deletedAt: new Date() },
  });
  if (count === 0) throw new AppError("not-found", `There is no flow ${namespace}.${id}.`);
}
