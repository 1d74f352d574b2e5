import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/database/test-database.ts";
import { migrate, missingMigrations, readMigrations } from "./migrate.ts";
import { pendingChange } from "./new-migration.ts";

let database: TestDatabase;
let folder: string;

beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "podflow-migrations-"));
  await cp(join(import.meta.dirname, "migrations"), folder, { recursive: true });
});

afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

async function write(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, "migration.sql"), sql);
}

async function rows(sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test("the migrations lead to exactly what schema.prisma says", async () => {
  expect(await pendingChange()).toBe("");
});

test("two processes that migrate at once apply each migration once", async () => {
  await write("9001_counted", "CREATE TABLE counted (n int); INSERT INTO counted VALUES (1)");
  const applied = await Promise.all([migrate(database.url, folder), migrate(database.url, folder)]);
  expect(applied.flat()).toEqual(["9001_counted"]);
  expect(await rows("SELECT n FROM counted")).toEqual([{ n: 1 }]);
});

test("a database says which migrations it has not seen, and stays as it is", async () => {
  expect(await missingMigrations(database.url, folder)).toEqual([]);
  await write("9001_later", "CREATE TABLE later (n int)");
  expect(await missingMigrations(database.url, folder)).toEqual(["9001_later"]);
  const empty = database.url.replace(/[^/]*$/, "postgres");
  expect(await missingMigrations(empty)).toContain("0001_initial");
  expect(await missingMigrations(empty)).toContain("0001_initial");
});

test("a database that cannot be opened is named without its password", async () => {
  const opening = migrate("postgresql://me:hunter2@127.0.0.1:1/nowhere");
  await expect(opening).rejects.toThrow(/"nowhere" at 127\.0\.0\.1:1 .*DATABASE_URL/);
  await expect(opening).rejects.not.toThrow(/hunter2/);
});

test("a migration that was edited after it was applied is refused by name", async () => {
  const [first] = readMigrations(folder);
  await write(first?.name ?? "", `${first?.sql} -- edited`);
  await expect(migrate(database.url, folder)).rejects.toThrow(/0001_initial was edited/);
});

test("a migration that fails leaves nothing of it behind", async () => {
  await write("9001_broken", "CREATE TABLE half (n int); SELECT nothing_such");
  await expect(migrate(database.url, folder)).rejects.toThrow(/9001_broken failed/);
  expect(await rows("SELECT to_regclass('half') AS found")).toEqual([{ found: null }]);
});
