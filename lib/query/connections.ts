import { queryOptions } from "@tanstack/react-query";
import type { ConnectionView } from "#lib/core/connection-view.ts";
import {
  checkConnectionAction,
  chooseDefaultConnectionAction,
  deleteConnectionAction,
  importKubeconfigAction,
  listConnectionsAction,
} from "#lib/web/actions/connections.ts";
import { actionData } from "./query-client.ts";

/** Every place where tasks can run. Checks that others asked for appear within half a minute. */
export const connectionsQuery = () =>
  queryOptions({
    queryKey: ["connections"],
    queryFn: (): Promise<ConnectionView[]> => actionData(listConnectionsAction()),
    refetchInterval: 30_000,
  });

export function checkConnection(id: string): Promise<ConnectionView> {
  return actionData(checkConnectionAction({ id }));
}

/** What the kubeconfig's contexts became. */
export function importKubeconfig(text: string): Promise<ConnectionView[]> {
  return actionData(importKubeconfigAction({ text }));
}

export function deleteConnection(id: string): Promise<unknown> {
  return actionData(deleteConnectionAction({ id }));
}

export function chooseDefaultConnection(id: string): Promise<unknown> {
  return actionData(chooseDefaultConnectionAction({ id }));
}
