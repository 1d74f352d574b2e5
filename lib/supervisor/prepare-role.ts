import { join } from "node:path";
import { readSettings } from "#lib/config/env.ts";
import { openLog } from "#lib/config/log.ts";
import { missingMigrations } from "#prisma/migrate.ts";
import { makeDataFolder } from "./data-folder.ts";
import { prepare } from "./prepare.ts";
import { say } from "./say.ts";

/**
 * What `npm run web` and `npm run worker` do before their process starts: make what the repository
 * does not hold, and look whether the database is ready. @throws Error in a person's words
 */
async function prepareRole(role: string): Promise<void> {
  const settings = readSettings();
  openLog("prepare", settings.logLevel);
  makeDataFolder(settings.dataFolder);
  await prepare({
    root: join(import.meta.dirname, "..", ".."),
    logFolder: join(settings.dataFolder, "log"),
    signal: new AbortController().signal,
    needsPages: role === "web",
  });
  // Without it there is the embedded one, which npm start has migrated.
  if (settings.databaseUrl === null) return;
  const missing = await missingMigrations(settings.databaseUrl);
  if (missing.length === 0) return;
  throw new Error(
    `The database is not ready for this version: ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing. Bring it up to date with: npm run migrate`,
  );
}

try {
  await prepareRole(process.argv[2] ?? "");
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
