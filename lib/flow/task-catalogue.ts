import type { z } from "zod";

/** What reading a flow needs to know of a task type; lib/tasks has the types themselves. */
export interface TaskDefinition {
  /** Canonical name, e.g. `io.kestra.plugin.scripts.shell.Commands`. */
  type: string;
  aliases: string[];
  title: string;
  /** Markdown. */
  description: string;
  /** Its own properties, without those that all tasks have. */
  properties: z.ZodObject;
  /** Whole tasks in YAML. */
  examples: string[];
  /** Properties (with dots: inside of others) whose strings are no expressions of the flow. */
  literalProperties: string[];
  /** What to say of properties that are valid, for example that one has no effect. */
  review?(properties: Record<string, unknown>): TaskRemark[];
  /** What its run leaves in `outputs.<task id>`, with a word on each. */
  outputs: Record<string, string>;
}

export interface TaskRemark {
  severity: "error" | "warning" | "info";
  code: string;
  message: string;
  /** Keys from the task on, e.g. `["taskRunner", "type"]`. */
  path: (string | number)[];
}

/** All task types, by canonical name and by alias. */
export interface TaskCatalogue<Definition extends TaskDefinition = TaskDefinition> {
  all: readonly Definition[];
  /** The type with this name or alias; null when there is none. */
  find(type: string): Definition | null;
}
