import { constants } from "node:os";
import type { Ending } from "../contract.ts";

/** Why the keeper ended the code; the first reason wins over whatever the code says then. */
export type StopReason =
  | { kind: "stopped"; graceSeconds: number }
  | { kind: "shutdown" }
  | { kind: "timeout"; seconds: number }
  | { kind: "disk-full"; folder: string };

const USE_A_CLUSTER = "or run the flow on a cluster, where the image brings it";

/** The ending of code that ended by itself. `lastErrors` is the end of its stderr. */
export function endingOfExit(
  code: number | null,
  signal: NodeJS.Signals | null,
  lastErrors: string,
): Ending {
  if (signal) return endingOfSignal(signal);
  const exitCode = code ?? -1;
  const base: Ending = {
    kind: "exit",
    exitCode,
    message: `The command ended with exit code ${exitCode}.`,
    remedy: exitCode === 0 ? "" : "The last lines of the log say why.",
    evidence: "",
    fault: "user",
    mainStarted: true,
  };
  return exitCode === 127 ? { ...base, ...missingInScript(lastErrors) } : base;
}

function endingOfSignal(signal: NodeJS.Signals): Ending {
  return {
    kind: "signal",
    exitCode: 128 + constants.signals[signal],
    message: `The command was ended by the signal ${signal}.`,
    remedy:
      signal === "SIGKILL"
        ? "If nobody killed it, the machine has run out of memory: let the task use less, or run fewer at once."
        : "The last lines of the log may say why.",
    evidence: "",
    fault: "user",
    mainStarted: true,
  };
}

/** Shells say "sh: 1: python: not found", "bash: line 1: python: command not found" and the like. */
function missingInScript(lastErrors: string): Partial<Ending> {
  const line = lastErrors
    .split("\n")
    .findLast((text) => /not found|No such file or directory/.test(text));
  const name = /([^\s:]+): (?:command )?(?:not found|No such file)/.exec(line ?? "")?.[1];
  if (!line || !name) return {};
  return {
    message: `${name} is not installed on this machine (exit code 127).`,
    remedy: `Install ${name} and start the worker again, ${USE_A_CLUSTER}.`,
    evidence: line.trim().slice(0, 500),
  };
}

/** The ending of code that the keeper ended. */
export function endingOfStop(reason: StopReason, exitCode: number | null): Ending {
  const base = { exitCode, evidence: "", mainStarted: true };
  switch (reason.kind) {
    case "stopped":
      return {
        ...base,
        kind: "deleted",
        message: `The command was ended from outside, with ${reason.graceSeconds} s to finish.`,
        remedy: "Execute again if it was not meant to end.",
        fault: "platform",
      };
    case "shutdown":
      return {
        ...base,
        kind: "preempted",
        message: "Podflow, or this machine, was stopped while the command ran.",
        remedy: "It is run again when Podflow starts again.",
        fault: "platform",
      };
    case "timeout":
      return {
        ...base,
        kind: "timeout",
        message: `The command ran longer than its limit of ${reason.seconds} s and was ended.`,
        remedy: "Raise the task's timeout, or let it do less.",
        fault: "user",
      };
    case "disk-full":
      return {
        ...base,
        kind: "volume",
        message:
          "The disk of this machine is full: the log could not be written, so the command was ended.",
        remedy: `Free some space where ${reason.folder} is, then execute again.`,
        fault: "platform",
      };
  }
}

/** The ending of code that could not begin. */
export function endingOfFailedSpawn(program: string, error: Error & { code?: string }): Ending {
  const words = spawnWords(program, error.code ?? "");
  return {
    kind: "config",
    exitCode: null,
    ...words,
    evidence: error.message,
    fault: "user",
    mainStarted: false,
  };
}

function spawnWords(program: string, code: string): { message: string; remedy: string } {
  switch (code) {
    case "ENOENT":
      return {
        message: `${program} is not installed on this machine.`,
        remedy: `Install ${program} and start the worker again, ${USE_A_CLUSTER}.`,
      };
    case "EACCES":
      return {
        message: `${program} may not be executed on this machine.`,
        remedy: `Make the file executable (chmod +x), or name another program in "interpreter".`,
      };
    case "E2BIG":
      return {
        message: "The command is longer than this machine allows (some 128 KB for one script).",
        remedy: 'Put the script into a file under "inputFiles" and run that file.',
      };
    case "EAGAIN":
    case "EMFILE":
    case "ENFILE":
    case "ENOMEM":
      return {
        message: `This machine cannot start another process (${code}).`,
        remedy: "End some processes, or raise the limits of processes and open files.",
      };
    default:
      return {
        message: `${program} could not be started on this machine.`,
        remedy: "Check the task's commands, interpreter and env.",
      };
  }
}

/** The ending of a run whose keeper died without a word. `evidence` is the keeper's own log. */
export function endingOfLost(evidence: string): Ending {
  return {
    kind: "lost",
    exitCode: null,
    message:
      "The process that watches the command was killed, or this machine was started again: nobody saw the command end.",
    remedy: "Execute again.",
    evidence,
    fault: "platform",
    mainStarted: true,
  };
}

/** The ending of a run that is not there any more. */
export function endingOfRemoved(mainStarted: boolean): Ending {
  return {
    kind: "deleted",
    exitCode: null,
    message: "The run is not on this machine (any more): it was removed, or it ran on another one.",
    remedy: "Execute again.",
    evidence: "",
    fault: "platform",
    mainStarted,
  };
}
