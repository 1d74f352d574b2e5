"use server";
import { z } from "zod";
import { checkConnection } from "#lib/connections/check.ts";
import { chooseDefaultConnection } from "#lib/connections/choose-default.ts";
import { deleteConnection } from "#lib/connections/delete.ts";
import { importKubeconfig } from "#lib/connections/import.ts";
import { listConnections } from "#lib/connections/read.ts";
import { action } from "#lib/web/action.ts";

const connection = z.object({ id: z.string() });

export const listConnectionsAction = action(z.void(), async () => listConnections());

export const checkConnectionAction = action(connection, async ({ id }) => checkConnection(id));

export const importKubeconfigAction = action(
  z.object({ text: z.string().max(1_000_000, "a kubeconfig has at most 1,000,000 characters") }),
  async ({ text }) => importKubeconfig(text),
);

export const deleteConnectionAction = action(connection, async ({ id }) => {
  await deleteConnection(id);
  return null;
});

export const chooseDefaultConnectionAction = action(connection, async ({ id }) => {
  await chooseDefaultConnection(id);
  return null;
});
