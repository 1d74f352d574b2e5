import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { Pool } from "pg";
import type { Settings } from "#lib/config/env.ts";
import { PrismaClient } from "#lib/generated/prisma/client.ts";

interface Database {
  client: PrismaClient;
  pool: Pool;
  urgent: Pool;
  url: string;
}

/** One that takes longer is rolled back. */
const TRANSACTION_MS = 60_000;

// On globalThis, because Next keeps several instances of a module in one process.
const shared = globalThis as typeof globalThis & { podflowDatabase?: Database };

/**
 * Where the database is: DATABASE_URL, or what the supervisor of the embedded PostgreSQL wrote.
 * @throws Error that says what to start or set when there is neither
 */
export function databaseUrl(settings: Pick<Settings, "databaseUrl" | "dataFolder">): string {
  if (settings.databaseUrl) return settings.databaseUrl;
  const file = join(settings.dataFolder, "run", "database-url");
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new Error(
      `There is no database: DATABASE_URL is not set and ${file} cannot be read. Start everything with "npm start", or set DATABASE_URL to a PostgreSQL.`,
      { cause },
    );
  }
}

/**
 * Opens the process's one pool of connections. Call once, at the start; `size` connections at most.
 * @param waitMs for a connection that is free; who waited longer is told that the database is away,
 * which hundreds at once that wait for each other must not be
 */
export function openDatabase(url: string, size = 20, waitMs = 30_000): void {
  if (shared.podflowDatabase?.url === url) return;
  const pool = new Pool({ connectionString: url, max: size, connectionTimeoutMillis: waitMs });
  const urgent = new Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 5000 });
  // A connection that breaks while idle is replaced by the pool; whoever uses one sees its own error.
  for (const each of [pool, urgent]) each.on("error", () => undefined);
  const client = new PrismaClient({
    adapter: new PrismaPg(pool, { disposeExternalPool: false }),
    // Prisma's own are 2 s and 5 s.
    transactionOptions: { maxWait: waitMs, timeout: TRANSACTION_MS },
  });
  shared.podflowDatabase = { client, pool, urgent, url };
}

function opened(): Database {
  const database = shared.podflowDatabase;
  if (!database) throw new Error("The database is used before openDatabase was called.");
  return database;
}

/** The client of the opened database. */
export function database(): PrismaClient {
  return opened().client;
}

/** The pool under the client, for statements that are faster by hand. */
export function pool(): Pool {
  return opened().pool;
}

/** Two connections for what must not wait behind hundreds of others: the renewal of leases. */
export function urgentPool(): Pool {
  return opened().urgent;
}

/** The address of the opened database, for connections of their own (LISTEN). */
export function openedUrl(): string {
  return opened().url;
}

/** Ends every connection; `openDatabase` may be called again. */
export async function closeDatabase(): Promise<void> {
  const database = shared.podflowDatabase;
  if (!database) return;
  delete shared.podflowDatabase;
  await database.client.$disconnect();
  await Promise.all([database.pool.end(), database.urgent.end()]);
}
