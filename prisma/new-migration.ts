import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readMigrations } from "./migrate.ts";
import { schemaDiff } from "./schema-diff.ts";

const SCHEMA = join(import.meta.dirname, "schema.prisma");
const FOLDER = join(import.meta.dirname, "migrations");

/**
 * The SQL by which the newest migration differs from schema.prisma: empty when they agree. Beside
 * each migration stands the schema that it leads to.
 */
export async function pendingChange(): Promise<string> {
  const last = readMigrations(FOLDER).at(-1);
  const before = last ? readFileSync(join(FOLDER, last.name, "schema.prisma"), "utf8") : null;
  return schemaDiff(before, readFileSync(SCHEMA, "utf8"));
}

/** Writes the next migration from what schema.prisma says; returns its name, null when nothing changed. */
export async function newMigration(title: string): Promise<string | null> {
  if (!/^[a-z0-9_]+$/.test(title)) {
    throw new Error(`"${title}" cannot name a migration: use small letters, digits and _.`);
  }
  const sql = await pendingChange();
  if (sql.trim() === "") return null;
  const number = String(readMigrations(FOLDER).length + 1).padStart(4, "0");
  const folder = join(FOLDER, `${number}_${title}`);
  if (existsSync(folder)) throw new Error(`${folder} is there already.`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "migration.sql"), sql);
  writeFileSync(join(folder, "schema.prisma"), readFileSync(SCHEMA, "utf8"));
  return `${number}_${title}`;
}
