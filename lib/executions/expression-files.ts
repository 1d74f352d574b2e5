import { buffer } from "node:stream/consumers";
import { artifacts } from "#lib/store/artifacts.ts";
import type { Queryable } from "./queryable.ts";

/** What `read` may take into memory, in bytes. */
const MAX_READ_BYTES = 5 * 1024 * 1024;

interface Row {
  storage_key: string;
  size: string;
}

/** `read` and `fileSize` of expressions: files of this execution only. */
export function expressionFiles(
  db: Queryable,
  executionId: string,
): { read(uri: string): Promise<string>; fileSize(uri: string): Promise<number | null> } {
  const find = async (uri: string): Promise<Row | null> => {
    const { rows } = await db.query<Row>(
      "SELECT storage_key, size FROM artifacts WHERE uri = $1 AND execution_id = $2",
      [uri, executionId],
    );
    return rows[0] ?? null;
  };
  return {
    read: async (uri) => {
      const row = await find(uri);
      if (!row) {
        throw new Error(
          `Unable to read the file '${uri}' as it didn't belong to the current execution`,
        );
      }
      if (Number(row.size) > MAX_READ_BYTES) {
        throw new Error(`The file '${uri}' has ${row.size} bytes; read() takes ${MAX_READ_BYTES}.`);
      }
      return (await buffer(artifacts().open(row.storage_key))).toString("utf8");
    },
    fileSize: async (uri) => {
      const row = await find(uri);
      return row ? Number(row.size) : null;
    },
  };
}
