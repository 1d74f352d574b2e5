import { readSettings, type Settings } from "#lib/config/env.ts";
import { AppError } from "#lib/core/app-error.ts";
import {
  type ConnectionHealth,
  type ConnectionView,
  IN_CLUSTER,
  THIS_MACHINE,
} from "#lib/core/connection-view.ts";
import { RunnerError } from "#lib/runner/contract.ts";
import { accessInCluster } from "#lib/runner/kubernetes/access.ts";
import { listContexts } from "#lib/runner/kubernetes/check.ts";
import { database } from "#lib/store/database.ts";
import { readChosenDefault } from "./setting.ts";

/** The id of the row that stands for kubeconfig files that cannot be read. */
const BROKEN_KUBECONFIG = "context:";

/** A connection before its health and the question of the default. */
type Place = Pick<ConnectionView, "id" | "kind" | "name" | "server" | "namespace"> & {
  isCurrent: boolean;
  /** Why it cannot be used at all; null when nothing is known against it. */
  failure: RunnerError | null;
};

type Stored = { id: string; server: string | null; health: unknown };

/** Every place where tasks can run, with what its last check found. */
export async function listConnections(
  settings: Settings = readSettings(),
): Promise<ConnectionView[]> {
  const [places, rows, chosen] = await Promise.all([
    listPlaces(settings),
    database().connection.findMany({ select: { id: true, server: true, health: true } }),
    readChosenDefault(),
  ]);
  const stored = new Map(rows.map((row) => [row.id, row]));
  const defaultId = defaultOf(places, chosen);
  return places.map((place) => ({
    id: place.id,
    kind: place.kind,
    name: place.name,
    server: place.server,
    namespace: place.namespace,
    isDefault: place.id === defaultId,
    health: healthOf(place, stored.get(place.id)),
  }));
}

/** @throws AppError `not-found` */
export async function getConnection(
  id: string,
  settings: Settings = readSettings(),
): Promise<ConnectionView> {
  const found = (await listConnections(settings)).find((connection) => connection.id === id);
  if (!found) throw notFound(id);
  return found;
}

/** The id of the connection for executions when neither flow nor person says where. */
export async function defaultConnectionId(settings: Settings = readSettings()): Promise<string> {
  return defaultOf(await listPlaces(settings), await readChosenDefault());
}

/** The places there are at the moment: kubeconfig files and mounted accounts are read anew. */
async function listPlaces(settings: Settings): Promise<Place[]> {
  const [inCluster, contexts, imported] = await Promise.all([
    placeInCluster(),
    placesOfContexts(settings),
    importedPlaces(),
  ]);
  return [...inCluster, ...contexts, ...imported, { ...MACHINE }];
}

export function notFound(id: string): AppError {
  return new AppError(
    "not-found",
    `There is no connection "${id}" (any more). Choose another one, or import its kubeconfig.`,
  );
}

const MACHINE: Place = {
  id: THIS_MACHINE,
  kind: "this-machine",
  name: "This machine",
  server: null,
  namespace: null,
  isCurrent: false,
  failure: null,
};

async function placeInCluster(): Promise<Place[]> {
  const access = await accessInCluster();
  if (!access) return [];
  const { server, namespace } = access;
  const name = "The cluster Podflow runs in";
  return [
    {
      id: IN_CLUSTER,
      kind: "in-cluster",
      name,
      server,
      namespace,
      isCurrent: false,
      failure: null,
    },
  ];
}

async function placesOfContexts(settings: Settings): Promise<Place[]> {
  try {
    const contexts = await listContexts(settings.kubeconfigPaths);
    return contexts.map(({ name, server, namespace, isCurrent }) => ({
      id: `context:${name}`,
      kind: "context",
      name,
      server,
      namespace: namespace ?? "default",
      isCurrent,
      failure: null,
    }));
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    // One broken file must neither hide the other connections nor go unseen itself.
    const name = settings.kubeconfigPaths.join(", ");
    return [
      {
        id: BROKEN_KUBECONFIG,
        kind: "context",
        name,
        server: null,
        namespace: null,
        isCurrent: false,
        failure: error,
      },
    ];
  }
}

async function importedPlaces(): Promise<Place[]> {
  const rows = await database().connection.findMany({
    where: { kind: "imported" },
    orderBy: [{ name: "asc" }, { id: "asc" }],
    select: { id: true, name: true, server: true, namespace: true },
  });
  return rows.map((row) => ({ ...row, kind: "imported", isCurrent: false, failure: null }));
}

function defaultOf(places: Place[], chosen: string | null): string {
  const usable = places.filter(({ failure }) => failure === null);
  const found =
    usable.find(({ id }) => id === chosen) ??
    usable.find(({ kind }) => kind === "in-cluster") ??
    usable.find(({ isCurrent }) => isCurrent);
  return found?.id ?? THIS_MACHINE;
}

function healthOf(place: Place, row: Stored | undefined): ConnectionHealth {
  if (place.failure) return brokenHealth(place.failure);
  // A check of another address says nothing about this one.
  if (!row?.health || row.server !== place.server) return UNKNOWN;
  // Written by check.ts alone.
  return row.health as ConnectionHealth;
}

const UNKNOWN: ConnectionHealth = {
  state: "unknown",
  message: "It has not been checked yet.",
  remedy: "",
  evidence: "",
  kubernetesVersion: null,
  permissions: [],
  hasMetrics: null,
  rbac: null,
  checkedAt: new Date(0).toISOString(),
  tookMs: 0,
};

/** The health of a place that cannot even be tried. */
export function brokenHealth(failure: {
  message: string;
  remedy: string;
  evidence: string;
}): ConnectionHealth {
  const { message, remedy, evidence } = failure;
  const checkedAt = new Date().toISOString();
  return { ...UNKNOWN, state: "unreachable", message, remedy, evidence, checkedAt };
}
