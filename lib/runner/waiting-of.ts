import type { RunnerError, RunWaiting } from "./contract.ts";

/** The failure as a reason to wait, of one that may pass. */
export function waitingOf({ kind, message, remedy, evidence }: RunnerError): RunWaiting {
  return { kind, message, remedy, evidence };
}
