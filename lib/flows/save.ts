import { AppError } from "#lib/core/app-error.ts";
import type { Problem } from "#lib/core/flow-view.ts";
import type { Flow } from "#lib/flow/flow.ts";
import type { Prisma } from "#lib/generated/prisma/client.ts";
import { database } from "#lib/store/database.ts";
import { storable } from "#lib/store/jsonb.ts";
import { readSource } from "./read-source.ts";

export interface FlowKey {
  namespace: string;
  id: string;
}

/**
 * What the writer believes is there, so that nobody overwrites what he has not seen: this revision
 * of this flow, no such flow (`new`), or whatever it is (`any`).
 */
export type Expected = (FlowKey & { revision: number }) | "new" | "any";

export interface SavedFlow extends FlowKey {
  revision: number;
  /** false: the source was the current one already, and there is no new revision. */
  isChanged: boolean;
  /** Warnings, hints, and what keeps it from running. */
  problems: Problem[];
}

/**
 * Saves a source as the next revision of the flow that it names itself.
 * @throws AppError `too-large`; `invalid` when it has errors (the message has the first one);
 *   `conflict` when something else is there than the writer believes
 */
export async function saveFlow(source: string, expected: Expected): Promise<SavedFlow> {
  refuseUnstorable(source);
  const { flow, problems } = readSource(source);
  if (flow === null) throw refusalOf(problems);
  try {
    const saved = await database().$transaction((tx) => store(tx, flow, source, expected));
    return { namespace: flow.namespace, id: flow.id, ...saved, problems };
  } catch (error) {
    if (isDuplicate(error)) throw exists(flow);
    throw error;
  }
}

/** PostgreSQL keeps no NUL and no half of a surrogate pair, and YAML allows neither. */
function refuseUnstorable(source: string): void {
  const kept = storable(source);
  if (kept === source) return;
  const at = Array.from(source).findIndex((character) => storable(character) !== character);
  const before = Array.from(source).slice(0, at).join("").split("\n");
  throw new AppError(
    "invalid",
    `Line ${before.length}, column ${(before.at(-1) ?? "").length + 1}: this character cannot be in a text. Remove it; in a quoted text "\\0" stands for it.`,
  );
}

async function store(
  tx: Prisma.TransactionClient,
  flow: Flow,
  source: string,
  expected: Expected,
): Promise<{ revision: number; isChanged: boolean }> {
  const key = { namespace: flow.namespace, id: flow.id };
  const found = await lockFlow(tx, key);
  checkExpected(key, found, expected);
  if (found && !found.isDeleted && found.source === source) {
    return { revision: found.revision, isChanged: false };
  }
  // A deleted flow's number goes on: its executions name revisions.
  const revision = (found?.revision ?? 0) + 1;
  const facts = {
    revision,
    description: storable(flow.description),
    labels: Object.fromEntries(
      Object.entries(flow.labels).map(([key, value]) => [storable(key), storable(value)]),
    ),
    disabled: flow.disabled,
    deletedAt: null,
  };
  if (found) {
    await tx.flow.update({ where: { namespace_id: key }, data: facts });
  } else {
    await tx.flow.create({ data: { ...key, ...facts } });
  }
  await tx.flowRevision.create({
    data: { namespace: flow.namespace, flowId: flow.id, revision, source },
  });
  return { revision, isChanged: true };
}

interface FoundFlow {
  revision: number;
  isDeleted: boolean;
  source: string;
}

/** The flow's current state; nobody else changes it until the transaction ends. */
async function lockFlow(tx: Prisma.TransactionClient, key: FlowKey): Promise<FoundFlow | null> {
  const rows = await tx.$queryRaw<FoundFlow[]>`
    SELECT f.revision, f.deleted_at IS NOT NULL AS "isDeleted", r.source
    FROM flows f JOIN flow_revisions r
      ON r.namespace = f.namespace AND r.flow_id = f.id AND r.revision = f.revision
    WHERE f.namespace = ${key.namespace} AND f.id = ${key.id} FOR UPDATE OF f`;
  return rows[0] ?? null;
}

function checkExpected(key: FlowKey, found: FoundFlow | null, expected: Expected): void {
  if (expected === "any") return;
  const current = found && !found.isDeleted ? found : null;
  const isSame =
    expected !== "new" && expected.namespace === key.namespace && expected.id === key.id;
  // A source under another name is a new flow: it may not take the place of one that exists.
  if (!isSame) {
    if (current) throw exists(key);
    return;
  }
  if (!current) {
    throw new AppError(
      "conflict",
      `The flow ${key.namespace}.${key.id} was deleted while it was open here. Nothing was saved; copy the text and save it as a new flow.`,
    );
  }
  if (current.revision === expected.revision) return;
  throw new AppError(
    "conflict",
    `Somebody saved revision ${current.revision} of ${key.namespace}.${key.id} after revision ${expected.revision} was opened here. Nothing was saved; compare the two, then save again.`,
  );
}

function exists(key: FlowKey): AppError {
  return new AppError(
    "conflict",
    `There is a flow ${key.namespace}.${key.id} already. Open that one to change it, or choose another id.`,
  );
}

function refusalOf(problems: Problem[]): AppError {
  const errors = problems.filter(({ severity }) => severity === "error");
  const first = errors.find(({ code }) => code !== "unsupported") ?? errors[0];
  if (!first) return new AppError("invalid", "The source is not a flow.");
  if (first.code === "too-large") return new AppError("too-large", first.message);
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return new AppError(
    "invalid",
    `Line ${first.range.startLine}, column ${first.range.startColumn}: ${first.message}${more}`,
  );
}

/** Two writers made the same new flow: the second one is told as if he had come later. */
function isDuplicate(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, "code") === "P2002";
}
