import type { Settings } from "#lib/config/env.ts";
import type { Claimer } from "#lib/executions/claimed-attempt.ts";
import { onWork } from "#lib/store/listen.ts";
import { Adoptions } from "./adoptions.ts";
import { startAdvanceLoop } from "./advance-loop.ts";
import { startClaimLoop } from "./claim-loop.ts";
import type { Runners } from "./drive/drive.ts";
import { Drives } from "./drives.ts";
import { ownerName } from "./owner.ts";

export interface WorkerOptions {
  runners: Runners;
  settings: Pick<Settings, "workerSlots" | "leaseSeconds" | "maxUploadBytes" | "helperImage">;
  now?: () => Date;
}

export interface Worker {
  /** Claims nothing more and lets everything go, within seconds. Runs stay in their places. */
  stop(): Promise<void>;
}

/** Takes part in the work: advances executions, claims attempts and drives them. */
export function startWorker({ runners, settings, now }: WorkerOptions): Worker {
  const claimer: Claimer = { owner: ownerName(), leaseSeconds: settings.leaseSeconds };
  const adoptions = new Adoptions();
  const drives: Drives = new Drives({
    claimer,
    slots: settings.workerSlots,
    tools: { runners, settings, now: now ?? (() => new Date()), adoptions },
    onFree: () => claiming.wake(),
  });
  const advancing = startAdvanceLoop(drives);
  const claiming = startClaimLoop(drives, claimer);
  const unsubscribe = onWork((work) => {
    if (work.kind === "advance") advancing.wake();
    if (work.kind === "claim") claiming.wake();
    if (work.kind === "kill") drives.kill(work.executionId);
  });
  return {
    stop: async () => {
      unsubscribe();
      await Promise.all([advancing.stop(), claiming.stop()]);
      await drives.stop();
      adoptions.close();
    },
  };
}
