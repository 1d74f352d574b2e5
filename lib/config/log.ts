import pino, { type Logger } from "pino";

// On globalThis, because Next keeps several instances of a module in one process.
const shared = globalThis as typeof globalThis & { podflowLog?: Logger };

/**
 * The process's own log: JSON lines on standard error, one event a line. `role` names the process.
 * Call once at the start; before that, and in tests, only warnings and worse are written.
 */
export function openLog(role: string, level: string): void {
  shared.podflowLog = pino({ level, base: { role } }, pino.destination({ fd: 2, sync: true }));
}

/** The process's log. Never put a secret, a kubeconfig or a file's content into it. */
export function log(): Logger {
  shared.podflowLog ??= pino({ level: "warn" }, pino.destination({ fd: 2, sync: true }));
  return shared.podflowLog;
}
