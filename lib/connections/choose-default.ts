import { readSettings, type Settings } from "#lib/config/env.ts";
import { getConnection } from "./read.ts";
import { writeChosenDefault } from "./setting.ts";

/**
 * Makes executions run there when neither the flow nor the person says where.
 * @throws AppError `not-found`
 */
export async function chooseDefaultConnection(
  id: string,
  settings: Settings = readSettings(),
): Promise<void> {
  await getConnection(id, settings);
  await writeChosenDefault(id);
}
