import { AppError } from "#lib/core/app-error.ts";
import type { FlowSummary, FlowView, RevisionSummary } from "#lib/core/flow-view.ts";
import { recentExecutions } from "#lib/executions/read.ts";
import type { Flow, Prisma } from "#lib/generated/prisma/client.ts";
import { database } from "#lib/store/database.ts";
import { storable } from "#lib/store/jsonb.ts";
import { validateSource } from "./read-source.ts";
import type { FlowKey } from "./save.ts";

/** How many executions of a flow a list shows. */
const RECENT = 16;

export interface FlowFilter {
  /** Part of an id, a namespace, a description, a label or the source. */
  text?: string;
  /** A namespace with those below it. */
  namespace?: string;
}

/**
 * One revision of a flow, the current one unless it is named. A deleted flow is found by a revision.
 * @throws AppError `not-found`
 */
export async function getFlow(key: FlowKey & { revision?: number }): Promise<FlowView> {
  const { namespace, id, revision } = key;
  const flow = await database().flow.findUnique({ where: { namespace_id: { namespace, id } } });
  if (!flow || (flow.deletedAt && revision === undefined)) throw noFlow(key);
  const wanted = revision ?? flow.revision;
  const found = await database().flowRevision.findUnique({
    where: { namespace_flowId_revision: { namespace, flowId: id, revision: wanted } },
  });
  if (!found) {
    throw new AppError(
      "not-found",
      `The flow ${namespace}.${id} has no revision ${wanted}; its newest is ${flow.revision}.`,
    );
  }
  return {
    namespace,
    id,
    revision: wanted,
    isCurrent: wanted === flow.revision && flow.deletedAt === null,
    description: flow.description,
    source: found.source,
    labels: labelsOf(flow),
    updatedAt: found.createdAt.toISOString(),
    ...validateSource(found.source),
  };
}

/** The flows that match, by namespace and id, each with its last executions. */
export async function listFlows(filter: FlowFilter = {}): Promise<FlowSummary[]> {
  const flows = await database().flow.findMany({
    where: await whereOf(filter),
    orderBy: [{ namespace: "asc" }, { id: "asc" }],
  });
  const recent = await recentExecutions(flows, RECENT);
  return flows.map((flow) => ({
    namespace: flow.namespace,
    id: flow.id,
    revision: flow.revision,
    description: flow.description,
    labels: labelsOf(flow),
    disabled: flow.disabled,
    updatedAt: flow.updatedAt.toISOString(),
    recent: (recent.get(`${flow.namespace}/${flow.id}`) ?? []).map(
      ({ id, state, createdAt, startedAt, endedAt }) => ({
        id,
        state,
        createdAt,
        startedAt,
        endedAt,
      }),
    ),
  }));
}

/** Every namespace that has a flow. */
export async function listNamespaces(): Promise<string[]> {
  const rows = await database().flow.findMany({
    where: { deletedAt: null },
    distinct: ["namespace"],
    select: { namespace: true },
    orderBy: { namespace: "asc" },
  });
  return rows.map(({ namespace }) => namespace);
}

/** The revisions of a flow, the newest first. @throws AppError `not-found` */
export async function listRevisions({ namespace, id }: FlowKey): Promise<RevisionSummary[]> {
  const flow = await database().flow.findUnique({
    where: { namespace_id: { namespace, id }, deletedAt: null },
    include: {
      revisions: {
        select: { revision: true, createdAt: true },
        orderBy: { revision: "desc" },
      },
    },
  });
  if (!flow) throw noFlow({ namespace, id });
  return flow.revisions.map(({ revision, createdAt }) => ({
    revision,
    createdAt: createdAt.toISOString(),
    isCurrent: revision === flow.revision,
  }));
}

async function whereOf({ text, namespace }: FlowFilter): Promise<Prisma.FlowWhereInput> {
  const conditions: Prisma.FlowWhereInput[] = [{ deletedAt: null }];
  if (namespace) {
    conditions.push({ OR: [{ namespace }, { namespace: { startsWith: `${namespace}.` } }] });
  }
  const words = storable(text ?? "").trim();
  if (words) {
    const contains = { contains: words, mode: "insensitive" } as const;
    const bySource = await flowsWhoseSourceHas(words);
    conditions.push({
      OR: [{ id: contains }, { namespace: contains }, { description: contains }, ...bySource],
    });
  }
  return { AND: conditions };
}

/** Labels stand in the source too. Only current revisions are searched. */
async function flowsWhoseSourceHas(text: string): Promise<FlowKey[]> {
  const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return database().$queryRaw<FlowKey[]>`
    SELECT f.namespace, f.id FROM flows f JOIN flow_revisions r
      ON r.namespace = f.namespace AND r.flow_id = f.id AND r.revision = f.revision
    WHERE f.deleted_at IS NULL AND r.source ILIKE ${pattern} LIMIT 1000`;
}

function labelsOf(flow: Flow): Record<string, string> {
  // Only saveFlow writes them, from a Flow's labels.
  return flow.labels as Record<string, string>;
}

function noFlow({ namespace, id }: FlowKey): AppError {
  return new AppError(
    "not-found",
    `There is no flow ${namespace}.${id}. It may have been deleted; the list of flows has those there are.`,
  );
}
