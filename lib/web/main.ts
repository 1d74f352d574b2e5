import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import next from "next";
import { readSettings } from "#lib/config/env.ts";
import { refuseForeignAddress } from "#lib/config/listen-address.ts";
import { log, openLog } from "#lib/config/log.ts";
import { answerSupervisor } from "#lib/config/supervisor-channel.ts";
import { seedTutorial } from "#lib/flows/seed-tutorial.ts";
import { databaseUrl, openDatabase } from "#lib/store/database.ts";
import { endLiveStreams } from "./live-streams.ts";
import { createWebServer, listen } from "./server.ts";

/** How long answers under way may take after SIGTERM. */
const GRACE_MS = 1000;
const SEED_RETRY_MS = 2000;

/** The web process: pages, server actions and the API. It ends within 2 s of SIGTERM. */
async function main(isDevelopment: boolean): Promise<void> {
  const settings = readSettings();
  openLog("web", settings.logLevel);
  refuseForeignAddress(settings.host, settings.port);
  openDatabase(databaseUrl(settings));
  const root = join(import.meta.dirname, "..", "..");
  const app = next({ dev: isDevelopment, dir: root, hostname: settings.host, port: settings.port });
  await app.prepare();
  const handle = app.getRequestHandler();
  const server = createWebServer({
    allowedHosts: settings.allowedHosts,
    handle: (request, response) => handle(request, response),
    ...(isDevelopment && { upgrade: app.getUpgradeHandler() }),
  });
  let isEnding = false;
  const end = (reason: string): void => {
    if (isEnding) return;
    isEnding = true;
    log().info({ reason }, "ending");
    endLiveStreams();
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), GRACE_MS);
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => end(signal));
  answerSupervisor();
  // The supervisor has died: the next one starts a web process of its own.
  process.on("disconnect", () => end("the supervisor has gone"));
  await listen(server, settings.host, settings.port);
  log().info({ url: `http://${settings.host}:${settings.port}` }, "listening");
  await seedWhenPossible();
}

/** The tutorial comes when the database does; nobody waits for it. */
async function seedWhenPossible(): Promise<void> {
  for (;;) {
    try {
      const made = await seedTutorial();
      if (made.length > 0) log().info({ made }, "made the flows of the tutorial");
      return;
    } catch (error) {
      log().warn({ err: error }, "the tutorial waits for the database");
      await pause(SEED_RETRY_MS);
    }
  }
}

try {
  await main(process.argv.includes("--dev"));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
