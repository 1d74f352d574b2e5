import { openLog } from "#lib/config/log.ts";
import { readSettings } from "#lib/config/env.ts";
import { databaseUrl } from "#lib/store/database.ts";
import { migrate } from "./migrate.ts";
import { newMigration } from "./new-migration.ts";

const USAGE = `npm run migrate [-- new TITLE]

  (nothing)   apply what is missing to the database
  new TITLE   write the migration from the last one to what schema.prisma says now
`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main([command, title]: string[]): Promise<void> {
  const settings = readSettings();
  openLog("migrate", settings.logLevel);
  if (command === "new" && title) {
    const name = await newMigration(title);
    return say(name ? `Wrote prisma/migrations/${name}.` : "schema.prisma has not changed.");
  }
  if (command !== undefined) return say(USAGE);
  const applied = await migrate(databaseUrl(settings));
  say(applied.length > 0 ? `Applied ${applied.join(", ")}.` : "Nothing to apply.");
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
