import { pool } from "#lib/store/database.ts";

/** Answers once the database does. @throws what the database's absence throws */
export async function checkHealth(): Promise<Response> {
  await pool().query("SELECT 1");
  return Response.json({ ok: true });
}
