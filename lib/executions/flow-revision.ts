import { readSource } from "#lib/flows/read-source.ts";
import type { Flow } from "#lib/flow/flow.ts";
import type { Failure } from "#lib/core/failure.ts";
import type { Queryable } from "./queryable.ts";

export interface FlowKey {
  namespace: string;
  flowId: string;
  revision: number;
}

/** How many read flows a process remembers. */
const REMEMBERED = 200;
const remembered = new Map<string, Flow>();

/** The flow of a revision, parsed. A revision never changes, so what was read once is remembered. */
export async function flowOfRevision(db: Queryable, key: FlowKey): Promise<Flow | Failure> {
  const source = remembered.has(nameOf(key)) ? null : await sourceOfRevision(db, key);
  return remembered.get(nameOf(key)) ?? remember(key, source);
}

/** The YAML of a revision; null when it is not there any more. */
export async function sourceOfRevision(db: Queryable, key: FlowKey): Promise<string | null> {
  const { rows } = await db.query<{ source: string }>(
    "SELECT source FROM flow_revisions WHERE namespace = $1 AND flow_id = $2 AND revision = $3",
    [key.namespace, key.flowId, key.revision],
  );
  return rows[0]?.source ?? null;
}

/** Whether reading gave a flow. */
export function isFlow(read: Flow | Failure): read is Flow {
  return "tasks" in read;
}

function nameOf({ namespace, flowId, revision }: FlowKey): string {
  return `${namespace}/${flowId}/${revision}`;
}

function remember(key: FlowKey, source: string | null): Flow | Failure {
  if (source === null) return unreadable(key, "It is not there any more.");
  const { flow, problems } = readSource(source);
  if (!flow) return unreadable(key, problems[0]?.message ?? "");
  const oldest = remembered.keys().next();
  if (remembered.size >= REMEMBERED && !oldest.done) remembered.delete(oldest.value);
  remembered.set(nameOf(key), flow);
  return flow;
}

function unreadable(key: FlowKey, evidence: string): Failure {
  return {
    kind: "flow",
    message: `Revision ${key.revision} of the flow ${key.namespace}.${key.flowId} cannot be read.`,
    remedy: "Open the flow, correct it, and execute it again.",
    evidence,
    fault: "user",
    exitCode: null,
    line: null,
  };
}

/** Forgets what was read: tests reuse names in other databases. */
export function forgetFlows(): void {
  remembered.clear();
}
