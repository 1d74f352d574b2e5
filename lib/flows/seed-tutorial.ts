import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { log } from "#lib/config/log.ts";
import { AppError } from "#lib/core/app-error.ts";
import { database } from "#lib/store/database.ts";
import { saveFlow } from "./save.ts";

const SETTING = "tutorial-flows";
/** Any number that no other lock uses. */
const LOCK = 72_707_370;
const seeded = z.object({ files: z.array(z.string()) });

/**
 * Puts the tutorial's flows into a new installation, each once: one that was deleted or changed since
 * stays so. Several processes may call it at the same time.
 * @returns the files whose flows were made now
 */
export async function seedTutorial(
  folder = join(import.meta.dirname, "tutorial"),
): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).toSorted();
  const wanted = await missing(files);
  if (wanted.length === 0) return [];
  return database().$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK})`;
      const made = await missing(files);
      for (const file of made) await seedOne(folder, file);
      if (made.length > 0) {
        const value = { files };
        await tx.setting.upsert({
          where: { key: SETTING },
          create: { key: SETTING, value },
          update: { value },
        });
      }
      return made;
    },
    { timeout: 60_000, maxWait: 60_000 },
  );
}

async function missing(files: string[]): Promise<string[]> {
  const setting = await database().setting.findUnique({ where: { key: SETTING } });
  const known = setting ? seeded.parse(setting.value).files : [];
  return files.filter((file) => !known.includes(file));
}

async function seedOne(folder: string, file: string): Promise<void> {
  try {
    await saveFlow(await readFile(join(folder, file), "utf8"), "new");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // `conflict`: a start that was killed half way made it, or a person did.
    if (error.code !== "conflict")
      log().error({ err: error, file }, "a tutorial flow is not valid");
  }
}
