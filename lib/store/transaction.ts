import type { PoolClient } from "pg";
import { pool } from "./database.ts";

/**
 * Runs `work` in one transaction of a connection of its own: committed when it resolves, rolled back
 * when it throws. A connection that broke is thrown away.
 */
export function transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
  return within("BEGIN", work);
}

/** Runs statements that read, one after the other, what the database holds at one moment. */
export function snapshot<T>(read: (client: PoolClient) => Promise<T>): Promise<T> {
  return within("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", read);
}

async function within<T>(begin: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool().connect();
  let broken: Error | undefined;
  // Without a listener a connection that ends between two queries would end the process.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on("error", onError);
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((failed: Error) => {
      broken ??= failed;
    });
    throw error;
  } finally {
    client.off("error", onError);
    client.release(broken);
  }
}
