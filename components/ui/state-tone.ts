import type { ConnectionHealth } from "#lib/core/connection-view.ts";
import type { State } from "#lib/core/state.ts";

/** The six colours there are: one means the same in a chip, a dot and a bar. */
export type Tone = "success" | "running" | "warning" | "failed" | "paused" | "idle";

interface Look {
  tone: Tone;
  label: string;
  /** Whether it will change by itself: the dot pulses. */
  isMoving: boolean;
}

const still = (tone: Tone, label: string): Look => ({ tone, label, isMoving: false });
const moving = (tone: Tone, label: string): Look => ({ tone, label, isMoving: true });

/** How each state of an execution, task run or attempt looks and is called. */
export const STATE_LOOK: Record<State, Look> = {
  CREATED: still("idle", "Created"),
  QUEUED: still("idle", "Queued"),
  RUNNING: moving("running", "Running"),
  PAUSED: still("paused", "Paused"),
  RESTARTED: moving("running", "Restarted"),
  RETRYING: moving("warning", "Retrying"),
  KILLING: moving("warning", "Killing"),
  SUCCESS: still("success", "Success"),
  WARNING: still("warning", "Warning"),
  FAILED: still("failed", "Failed"),
  KILLED: still("idle", "Killed"),
  CANCELLED: still("idle", "Cancelled"),
  RETRIED: still("idle", "Retried"),
  SKIPPED: still("idle", "Skipped"),
};

/** How a connection's health looks and is called. */
export const HEALTH_LOOK: Record<ConnectionHealth["state"], Look> = {
  ready: still("success", "Ready"),
  limited: still("warning", "Limited"),
  refused: still("failed", "Refused"),
  unreachable: still("failed", "Unreachable"),
  unknown: still("idle", "Not checked"),
};

export const TONE_TEXT: Record<Tone, string> = {
  success: "text-success",
  running: "text-running",
  warning: "text-warning",
  failed: "text-failed",
  paused: "text-paused",
  idle: "text-idle",
};

export const TONE_GROUND: Record<Tone, string> = {
  success: "bg-success-bg",
  running: "bg-running-bg",
  warning: "bg-warning-bg",
  failed: "bg-failed-bg",
  paused: "bg-paused-bg",
  idle: "bg-idle-bg",
};
