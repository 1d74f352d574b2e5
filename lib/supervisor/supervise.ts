import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Settings } from "#lib/config/env.ts";
import { refuseForeignAddress } from "#lib/config/listen-address.ts";
import { migrate } from "#prisma/migrate.ts";
import { makeDataFolder } from "./data-folder.ts";
import { lockDataFolder } from "./lock.ts";
import { refuseTakenPort } from "./port.ts";
import { type PostgresServer, startPostgres } from "./postgres/server.ts";
import { prepare } from "./prepare.ts";
import { Role } from "./role.ts";
import { say, step } from "./say.ts";

const ANSWER_MS = 120_000;
/**
 * A worker makes much that lives for milliseconds. With the room that V8 takes for it by itself, 500 pods
 * made 386 MiB resident; with 4 MiB they make 301, and files are as fast.
 */
const WORKER_NODE_OPTIONS = ["--max-semi-space-size=4"];

interface Plan {
  root: string;
  settings: Settings;
  isDev: boolean;
  /** Aborted when the person wants it to end. */
  signal: AbortSignal;
}

/**
 * Starts PostgreSQL (unless DATABASE_URL names one), web and worker, keeps them running until the
 * signal, then stops them in the opposite order.
 * @throws Error in a person's words when it cannot start; what had started is stopped by then
 */
export async function supervise({ root, settings, isDev, signal }: Plan): Promise<void> {
  const url = `http://${settings.host === "127.0.0.1" ? "localhost" : settings.host}:${settings.port}`;
  const { dataFolder } = settings;
  refuseForeignAddress(settings.host, settings.port);
  makeDataFolder(dataFolder);
  const unlock = lockDataFolder(dataFolder, url);
  const stops: (() => Promise<void>)[] = [async () => unlock()];
  try {
    await refuseTakenPort(settings.host, settings.port);
    const logFolder = join(dataFolder, "log");
    await prepare({ root, logFolder, signal, needsPages: !isDev });
    const databaseUrl = settings.databaseUrl ?? (await embedded(dataFolder, stops, signal));
    const applied = await migrate(databaseUrl);
    if (applied.length > 0) say(`Migrated the database: ${applied.join(", ")}`);
    signal.throwIfAborted();
    for (const role of roles({ root, settings, isDev, signal }, databaseUrl)) {
      stops.push(() => role.stop());
      role.start();
    }
    await untilAnswered(url, signal);
    say(`Podflow is ready: ${url}`);
    await new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve(), { once: true }),
    );
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

function roles({ root, settings, isDev }: Plan, databaseUrl: string): Role[] {
  const environment = {
    DATABASE_URL: databaseUrl,
    PODFLOW_DATA: settings.dataFolder,
    NODE_ENV: isDev ? "development" : "production",
    NEXT_TELEMETRY_DISABLED: "1",
  };
  const common = { root, dataFolder: settings.dataFolder, environment };
  return [
    new Role({
      name: "worker",
      script: "lib/worker/main.ts",
      args: [],
      nodeOptions: WORKER_NODE_OPTIONS,
      ...common,
    }),
    new Role({ name: "web", script: "lib/web/main.ts", args: isDev ? ["--dev"] : [], ...common }),
  ];
}

/** Keeps the embedded PostgreSQL running: one that ends by itself is started again. */
async function embedded(
  dataFolder: string,
  stops: (() => Promise<void>)[],
  signal: AbortSignal,
): Promise<string> {
  const folder = join(dataFolder, "postgres");
  const logFile = join(dataFolder, "log", "postgres.log");
  const pidFile = join(dataFolder, "run", "postgres.pid");
  const urlFile = join(dataFolder, "run", "database-url");
  let server: PostgresServer;
  const start = async (port?: number): Promise<void> => {
    server = await startPostgres(folder, logFile, port === undefined ? {} : { wantedPort: port });
    writeFileSync(pidFile, String(server.process.pid));
    writeFileSync(urlFile, server.url, { mode: 0o600 });
    server.process.once("exit", (code, how) => {
      if (signal.aborted) return;
      say(`PostgreSQL ended (${how ?? `code ${code}`}) and is started again. Its log: ${logFile}`);
      start(server.port).catch((error: unknown) => {
        say(error instanceof Error ? error.message : String(error));
        process.kill(process.pid, "SIGTERM");
      });
    });
  };
  await step("Starting PostgreSQL", () => start());
  stops.push(async () => {
    await server.stop();
    for (const file of [pidFile, urlFile]) rmSync(file, { force: true });
  });
  return readFileSync(urlFile, "utf8");
}

async function untilAnswered(url: string, signal: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + ANSWER_MS; ;) {
    signal.throwIfAborted();
    try {
      const answer = await fetch(`${url}/api/podflow/health`, {
        signal: AbortSignal.timeout(5000),
      });
      await answer.body?.cancel();
      if (answer.ok) return;
    } catch {
      // Not listening yet.
    }
    if (Date.now() > deadline) {
      throw new Error(
        `The page at ${url} did not answer within 2 minutes. See log/web.log in the data folder.`,
      );
    }
    await pause(25, undefined, { signal });
  }
}
