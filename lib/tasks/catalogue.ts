import type { TaskCatalogue } from "#lib/flow/task-catalogue.ts";
import { fail } from "./core/fail.ts";
import { log } from "./core/log.ts";
import { returnTask } from "./core/return.ts";
import { sleep } from "./core/sleep.ts";
import { nodeCommands, nodeScript } from "./script/node.ts";
import { pythonCommands, pythonScript } from "./script/python.ts";
import { shellCommands, shellScript } from "./script/shell.ts";
import type { TaskType } from "./task-type.ts";

const all: readonly TaskType[] = [
  shellCommands,
  shellScript,
  pythonCommands,
  pythonScript,
  nodeCommands,
  nodeScript,
  log,
  returnTask,
  sleep,
  fail,
];

const byName = new Map(
  all.flatMap((type) => [type.type, ...type.aliases].map((name) => [name, type] as const)),
);

/** Every task type that runs today. */
export const catalogue: TaskCatalogue<TaskType> = {
  all,
  find: (type) => byName.get(type) ?? null,
};
