import { AppError } from "#lib/core/app-error.ts";
import type { Flow, Input } from "#lib/flow/flow.ts";
import { inputUri } from "./file-uri.ts";
import { placeOfInput } from "./input-place.ts";
import type { Queryable } from "./queryable.ts";

interface Taking {
  flow: Flow;
  executionId: string;
  /** The inputs' values, nested; URIs in it are replaced by the execution's own. */
  values: Record<string, unknown>;
}

/**
 * Makes the files that inputs name the execution's own: a row of its own over the same bytes, so
 * that a file can be used again. Files of uploads and of earlier executions of the flow are fine.
 * @returns whether the flow has such inputs, so that values may have changed
 * @throws AppError `invalid` with the input's message when there is no such file
 */
export async function takeInputFiles(db: Queryable, taking: Taking): Promise<boolean> {
  const fields: Record<string, string> = {};
  const inputs = taking.flow.inputs.filter(({ type, itemType }) =>
    [type, itemType].includes("FILE"),
  );
  for (const input of inputs) {
    const place = placeOfInput(taking.values, input.id);
    const given = place?.map[place.key];
    const taker = new Taker(db, { taking, input, fields });
    if (place && typeof given === "string") place.map[place.key] = await taker.take(given, "");
    if (!place || !Array.isArray(given)) continue;
    const uris: unknown[] = given;
    const taken: unknown[] = [];
    for (const [index, uri] of uris.entries()) {
      taken.push(typeof uri === "string" ? await taker.take(uri, `${index}-`) : uri);
    }
    place.map[place.key] = taken;
  }
  const [first] = Object.values(fields);
  if (first !== undefined) throw new AppError("invalid", first, { fields });
  return inputs.length > 0;
}

class Taker {
  readonly #db: Queryable;
  readonly #of: { taking: Taking; input: Input; fields: Record<string, string> };

  constructor(db: Queryable, of: { taking: Taking; input: Input; fields: Record<string, string> }) {
    this.#db = db;
    this.#of = of;
  }

  /** `prefix` keeps files of the same name apart. */
  async take(uri: string, prefix: string): Promise<string> {
    const { taking, input, fields } = this.#of;
    const { flow, executionId } = taking;
    // Locked, so that the bytes are not deleted before the new row refers to them.
    const { rows } = await this.#db.query<{ name: string }>(
      `SELECT name FROM artifacts WHERE uri = $1 AND namespace = $2 AND flow_id = $3
         AND kind IN ('upload', 'input') FOR SHARE`,
      [uri, flow.namespace, flow.id],
    );
    const [found] = rows;
    if (!found) {
      fields[input.id] =
        `The file for \`${input.id}\` is not there (any more). Choose the file again.`;
      return uri;
    }
    const path = { namespace: flow.namespace, flowId: flow.id };
    const own = inputUri(path, { executionId, inputId: input.id, name: prefix + found.name });
    await this.#db.query(
      `INSERT INTO artifacts (uri, kind, namespace, flow_id, execution_id, name, storage_key, size,
         sha256, is_executable)
       SELECT $1, 'input', namespace, flow_id, $2, name, storage_key, size, sha256, is_executable
       FROM artifacts WHERE uri = $3`,
      [own, executionId, uri],
    );
    return own;
  }
}
