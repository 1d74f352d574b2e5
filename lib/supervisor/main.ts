import { join } from "node:path";
import { readSettings } from "#lib/config/env.ts";
import { openLog } from "#lib/config/log.ts";
import { say } from "./say.ts";
import { supervise } from "./supervise.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (!stop.signal.aborted) say("Stopping …");
    stop.abort();
  });
}
// Who started us over a channel was killed: nothing of ours goes on without it.
process.on("disconnect", () => stop.abort());

try {
  const settings = readSettings();
  openLog("supervisor", settings.logLevel);
  const root = join(import.meta.dirname, "..", "..");
  await supervise({ root, settings, isDev: process.argv.includes("--dev"), signal: stop.signal });
  say("Stopped.");
  process.exit(0);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
