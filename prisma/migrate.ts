import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";

const FOLDER = join(import.meta.dirname, "migrations");
/** The lock that Prisma's own `migrate deploy` takes. */
const LOCK = 72_707_369;
const CONNECT_MS = 10_000;

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/** The migrations in the order in which they are applied. */
export function readMigrations(folder: string = FOLDER): Migration[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "migration.sql")))
    .toSorted()
    .map((name) => {
      const sql = readFileSync(join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });
}

/**
 * Brings the database to the newest schema, each migration in a transaction of its own, under a lock:
 * of several processes that start at once one does it and the others wait. Rows are in Prisma's own
 * `_prisma_migrations` form (docs/decisions/0002-migrations.md).
 * @returns the names of those applied now
 * @throws Error that names the migration that fails, or one that was edited after it was applied
 */
export async function migrate(url: string, folder: string = FOLDER): Promise<string[]> {
  const client = await connected(url);
  try {
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    await client.query(TABLE);
    const done = await appliedMigrations(client);
    const applied: string[] = [];
    for (const migration of readMigrations(folder)) {
      const checksum = done.get(migration.name);
      if (checksum === migration.checksum) continue;
      if (checksum !== undefined) {
        throw new Error(
          `The migration ${migration.name} was edited after it was applied to this database. Restore the file, and put the change into a new migration.`,
        );
      }
      await apply(client, migration);
      applied.push(migration.name);
    }
    return applied;
  } finally {
    await client.end();
  }
}

/** The migrations that the database has not seen. Changes nothing. @throws Error as migrate does */
export async function missingMigrations(url: string, folder: string = FOLDER): Promise<string[]> {
  const client = await connected(url);
  try {
    const { rows } = await client.query("SELECT to_regclass('_prisma_migrations') AS found");
    const done = rows[0]?.found === null ? new Map() : await appliedMigrations(client);
    return readMigrations(folder)
      .map(({ name }) => name)
      .filter((name) => !done.has(name));
  } finally {
    await client.end();
  }
}

/** @throws Error in a person's words, without the password that the address may have */
async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  try {
    await client.connect();
    return client;
  } catch (cause) {
    const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
    const why = first instanceof Error ? first.message : String(first);
    throw new Error(
      `The database "${client.database ?? ""}" at ${client.host}:${client.port} cannot be opened: ${why}. See that it runs and that DATABASE_URL is right.`,
      { cause },
    );
  }
}

const TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

async function appliedMigrations(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    "SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
  );
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

async function apply(client: Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(sql);
    await client.query(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)",
      [randomUUID(), checksum, name],
    );
    await client.query("COMMIT");
  } catch (cause) {
    await client.query("ROLLBACK");
    throw new Error(
      `The migration ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}. Nothing of it was kept.`,
      { cause },
    );
  }
}
