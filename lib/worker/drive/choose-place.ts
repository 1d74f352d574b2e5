import { THIS_MACHINE } from "#lib/core/connection-view.ts";
import type { Runner, Workspace } from "#lib/runner/contract.ts";
import { workspaceOf } from "#lib/runner/kubernetes/pod-spec.ts";
import { KUBERNETES_RUNNER_TYPES } from "#lib/tasks/script/kubernetes-runner.ts";
import { PROCESS_RUNNER_TYPES } from "#lib/tasks/script/runner-schema.ts";
import type { TaskRunnerChoice } from "#lib/tasks/task-type.ts";
import type { Drive } from "./drive.ts";

/** Where an attempt runs. */
export interface Place {
  runner: Runner;
  /** null: the task's own `config` names the cluster. */
  connectionId: string | null;
  /** Whose cluster a `config` has what it does not name itself; null without one. */
  baseConnectionId: string | null;
}

/**
 * The place that the plan asks for. The connection that a person picked comes before what the flow
 * says; what has begun is where it is, whatever the default is by now.
 * @throws RunnerError when it cannot be opened
 */
export async function openPlace(drive: Drive, choice: TaskRunnerChoice): Promise<Place> {
  const { runners, attempt, progress, over } = drive;
  const hasBegun = attempt.handle !== null;
  const ownId = hasBegun ? attempt.connectionId : drive.pickedConnectionId;
  if (ownId === null && choice.kind === "kubernetes" && choice.config !== null) {
    const begunWith = hasBegun ? progress.baseConnectionId : null;
    const baseConnectionId = begunWith ?? (await runners.defaultConnectionId());
    const runner = await runners.openRunnerForConfig(choice.config, baseConnectionId, over);
    return { runner, connectionId: null, baseConnectionId };
  }
  const isProcess = ownId === null && choice.kind === "process";
  const connectionId = ownId ?? (isProcess ? THIS_MACHINE : await runners.defaultConnectionId());
  const runner = await runners.openRunner(connectionId, over);
  return { runner, connectionId, baseConnectionId: null };
}

/**
 * The folders of the attempt, which expressions of the task see: known before the task is rendered,
 * from its `taskRunner.type` alone. All clusters have the same.
 * @throws RunnerError when the place cannot be opened
 */
export async function workspaceFor(drive: Drive): Promise<Workspace> {
  const { attemptId } = drive.attempt.lease;
  const { type, hasConfig } = writtenRunner(drive);
  if (drive.pickedConnectionId === null && hasConfig && isOneOf(KUBERNETES_RUNNER_TYPES, type)) {
    return workspaceOf(attemptId);
  }
  const isProcess =
    isOneOf(PROCESS_RUNNER_TYPES, type) || drive.task.properties["runner"] === "PROCESS";
  const { runner } = await openPlace(drive, { kind: isProcess ? "process" : "default" });
  return runner.workspace(attemptId);
}

function writtenRunner(drive: Drive): { type: string; hasConfig: boolean } {
  const written = drive.task.properties["taskRunner"];
  if (typeof written !== "object" || written === null) return { type: "", hasConfig: false };
  const type = "type" in written ? String(written.type) : "";
  const config = "config" in written ? written.config : null;
  const connection = "connection" in written ? written.connection : null;
  return { type, hasConfig: (config ?? connection ?? null) !== null };
}

function isOneOf(types: readonly string[], type: string): boolean {
  return types.includes(type);
}
