import { Client, Pool } from "pg";
import { CHANGED_CHANNEL } from "#lib/store/channels.ts";

/** Sees what is committed, by a connection of its own that is told of every change. */
export interface DatabaseEyes {
  query<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Calls `look` at every change of an execution; its id is given. Returns what ends that. */
  onChange(look: (executionId: string) => void): () => void;
  /** When the execution was first seen ended (`Date.now`), and how. */
  untilEnded(executionId: string): Promise<{ at: number; state: string }>;
  close(): Promise<void>;
}

export async function openDatabaseEyes(url: string): Promise<DatabaseEyes> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const pool = new Pool({ connectionString: url, max: 4 });
  const looks = new Set<(executionId: string) => void>();
  client.on("notification", ({ payload = "" }) => looks.forEach((look) => look(payload)));
  // It ends with the product, which may be stopped in the middle of a measure.
  client.on("error", () => undefined);
  pool.on("error", () => undefined);
  await client.query(`LISTEN ${CHANGED_CHANNEL}`);
  const query = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await pool.query<Row>(text, values)).rows;
  const onChange = (look: (executionId: string) => void): (() => void) => {
    looks.add(look);
    return () => void looks.delete(look);
  };
  return {
    query,
    onChange,
    untilEnded: async (executionId) => {
      const ended = Promise.withResolvers<{ at: number; state: string }>();
      const look = async (): Promise<void> => {
        const [row] = await query<{ state: string }>(
          "SELECT state FROM executions WHERE id = $1 AND ended_at IS NOT NULL",
          [executionId],
        );
        if (row) ended.resolve({ at: Date.now(), state: row.state });
      };
      const stop = onChange((changed) => {
        if (changed === executionId) look().catch(ended.reject);
      });
      look().catch(ended.reject);
      return ended.promise.finally(stop);
    },
    close: async () => {
      await client.end();
      await pool.end();
    },
  };
}
