import { readSettings } from "#lib/config/env.ts";
import { log, openLog } from "#lib/config/log.ts";
import { answerSupervisor } from "#lib/config/supervisor-channel.ts";
import { RunnerPool } from "#lib/connections/open-runner.ts";
import { closeDatabase, databaseUrl, openDatabase } from "#lib/store/database.ts";
import { closeWakeups } from "#lib/store/listen.ts";
import { startSweep } from "./sweep.ts";
import { startWorker } from "./worker.ts";

/** After a signal the process ends within this time, whatever holds it up. */
const EXIT_LIMIT_MS = 8000;
/** Statements that may run at once: drives share them. */
const CONNECTIONS = 20;
/** With thousands of drives one may wait for a connection, and the database is not away for that. */
const CONNECTION_WAIT_MS = 60_000;

function main(): void {
  const settings = readSettings();
  openLog("worker", settings.logLevel);
  openDatabase(databaseUrl(settings), CONNECTIONS, CONNECTION_WAIT_MS);
  const pool = new RunnerPool(settings);
  const worker = startWorker({ runners: pool, settings });
  const sweep = startSweep(pool);
  log().info({ slots: settings.workerSlots }, "the worker works");

  answerSupervisor();
  let isLast = false;
  // From the supervisor: nothing of Podflow stays on this machine.
  process.on("message", (message) => (isLast ||= message === "last"));

  const stop = async (): Promise<void> => {
    await Promise.all([worker.stop(), sweep.stop()]);
    if (isLast) await pool.endLocalRuns(AbortSignal.timeout(EXIT_LIMIT_MS));
    await pool.close();
    await closeWakeups();
    await closeDatabase();
  };
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals | "disconnect"): void => {
    if (isStopping) return;
    isStopping = true;
    log().info({ signal }, "the worker stops; what it drove goes on with another");
    setTimeout(() => process.exit(1), EXIT_LIMIT_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log().error({ err: error }, "the worker could not stop in order");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  // The supervisor was killed: the next one starts workers of its own.
  process.on("disconnect", () => onSignal("disconnect"));
}

try {
  main();
} catch (error) {
  log().error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
