import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/database/test-database.ts";
import { closeDatabase, database as client, openDatabase, pool } from "./database.ts";
import { isOutage } from "./outage.ts";

let database: TestDatabase;

afterEach(async () => {
  await closeDatabase();
  await database.drop();
});

async function openWith(waitMs: number): Promise<void> {
  database = await createTestDatabase();
  openDatabase(database.url, 1, waitMs);
}

test("who waits longer for a free connection than is allowed is told that the database is away", async () => {
  // The first connection must be there by then, on any machine.
  await openWith(3_000);
  const held = await pool().connect();
  const error: unknown = await pool()
    .query("SELECT 1")
    .catch((failed: unknown) => failed);
  expect(isOutage(error)).toBe(true);
  held.release();
});

test("who may wait gets the connection when it is free", async () => {
  await openWith(20_000);
  const held = await pool().connect();
  const asked = pool().query<{ one: number }>("SELECT 1 AS one");
  await pause(200);
  held.release();
  expect((await asked).rows).toEqual([{ one: 1 }]);
});

test("a transaction waits as long", async () => {
  await openWith(20_000);
  const held = await pool().connect();
  const asked = client().$transaction((tx) => tx.flow.count());
  // Longer than Prisma would wait by itself.
  await pause(2_500);
  held.release();
  expect(await asked).toBe(0);
});
