import { artifacts } from "#lib/store/artifacts.ts";
import { pool } from "#lib/store/database.ts";

/**
 * Deletes bytes that no artifact refers to any more. The rows that did must be gone (committed):
 * whoever makes another row over the same bytes locks one that is there.
 * @returns how many were deleted
 */
export async function forgetBytes(keys: readonly string[]): Promise<number> {
  if (keys.length === 0) return 0;
  const { rows } = await pool().query<{ key: string }>(
    `SELECT k.key FROM unnest($1::text[]) AS k (key)
     WHERE NOT EXISTS (SELECT 1 FROM artifacts WHERE storage_key = k.key)`,
    [[...new Set(keys)]],
  );
  for (const { key } of rows) await artifacts().delete(key);
  return rows.length;
}
