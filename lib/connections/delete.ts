import { AppError } from "#lib/core/app-error.ts";
import { LIVE_STATES } from "#lib/core/state.ts";
import { database } from "#lib/store/database.ts";
import { notFound } from "./read.ts";

/**
 * Removes an imported kubeconfig. Tasks that still run there could neither be followed nor stopped
 * without it, so it stays while there are any.
 * @throws AppError `not-found`, or `conflict` for one that is not imported or is in use
 */
export async function deleteConnection(id: string): Promise<void> {
  if (!id.startsWith("imported:")) throw notImported(id);
  const running = await database().attempt.count({
    where: { connectionId: id, state: { in: [...LIVE_STATES] } },
  });
  if (running > 0)
    throw new AppError(
      "conflict",
      `${running} ${running === 1 ? "task still runs" : "tasks still run"} on this connection. Wait for the end, or kill the executions, and remove it then.`,
    );
  const { count } = await database().connection.deleteMany({ where: { id, kind: "imported" } });
  if (count === 0) throw notFound(id);
}

function notImported(id: string): AppError {
  const name = id.replace("context:", "");
  return new AppError(
    "conflict",
    id.startsWith("context:")
      ? `"${name}" comes from the kubeconfig of this machine. Remove it there: kubectl config delete-context ${name}`
      : `The connection "${id}" belongs to Podflow itself and cannot be removed.`,
  );
}
