import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { inject } from "vitest";

export interface TestDatabase {
  url: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
}

/** A database of the test's own, empty and migrated, in the run's real PostgreSQL (some 50 ms). */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = inject("templateUrl");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asAdmin(template, `CREATE DATABASE ${name} TEMPLATE template_podflow`);
  return {
    url: template.replace(/\/template_podflow$/, `/${name}`),
    drop: () => asAdmin(template, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function asAdmin(template: string, statement: string): Promise<void> {
  const client = new Client({
    connectionString: template.replace(/\/template_podflow$/, "/postgres"),
  });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
