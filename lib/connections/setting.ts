import { invariant } from "#lib/core/app-error.ts";
import { newId } from "#lib/core/id.ts";
import { database } from "#lib/store/database.ts";

const DEFAULT_CONNECTION = "default-connection";
const INSTALLATION_ID = "installation-id";

/** The connection that a person chose as the default; null when nobody has. */
export async function readChosenDefault(): Promise<string | null> {
  const row = await database().setting.findUnique({ where: { key: DEFAULT_CONNECTION } });
  return typeof row?.value === "string" ? row.value : null;
}

export async function writeChosenDefault(id: string): Promise<void> {
  await database().setting.upsert({
    where: { key: DEFAULT_CONNECTION },
    create: { key: DEFAULT_CONNECTION, value: id },
    update: { value: id },
  });
}

/** What tells this installation's pods and processes from another's; made at the first need. */
export async function installationId(): Promise<string> {
  await database().setting.createMany({
    data: [{ key: INSTALLATION_ID, value: newId() }],
    skipDuplicates: true,
  });
  const { value } = await database().setting.findUniqueOrThrow({ where: { key: INSTALLATION_ID } });
  invariant(typeof value === "string", "the installation's id is a text");
  return value;
}
