import { z } from "zod";
import {
  flagOrExpression,
  ignored,
  later,
  optional,
  text,
  textList,
  textMap,
} from "#lib/flow/schema/parts.ts";
import { pullPolicy } from "./kubernetes-runner.ts";
import { taskRunnerSchema } from "./runner-schema.ts";

const docker = z.strictObject({
  image: optional(text(), "Older place of `containerImage`."),
  pullPolicy: optional(pullPolicy, "When the image is pulled."),
  ...Object.fromEntries(
    "host config credentials user entryPoint extraHosts networkMode volumes deviceRequests cpu memory shmSize privileged"
      .split(" ")
      .map((name) => [name, later(`\`docker.${name}\``)]),
  ),
});

/** What all script tasks have (LANGUAGE.md 2.2), with the type's own default image. */
export function scriptProperties(defaultImage: string): typeof shape {
  return {
    ...shape,
    containerImage: optional(
      text(),
      `Image of the container. Default \`${defaultImage}\`. Not used on "This machine".`,
    ),
  };
}

const shape = {
  containerImage: optional(text(), "Image of the container."),
  taskRunner: optional(taskRunnerSchema, "Where the task runs. Default: where the execution runs."),
  env: optional(textMap(), "Environment variables."),
  interpreter: optional(
    textList(),
    "Program that gets all commands as one text. Default `[/bin/sh, -c]`.",
  ),
  beforeCommands: optional(textList(), "Run before, in the same shell, e.g. `pip install …`."),
  failFast: optional(
    flagOrExpression(),
    "`true` (the default): the first command that fails ends the task (`set -e`).",
  ),
  inputFiles: optional(
    z.union([z.record(z.string(), text().nullable()), z.string()], {
      error:
        "must be a map of file names to contents or `kestra:///` URIs (a list is not possible)",
    }),
    "Files that are put into the working directory: name, and text or `kestra:///` URI.\n\n" +
      'Example: `data.csv: "{{ inputs.file }}"`',
  ),
  outputFiles: optional(
    textList(),
    "Which files of the working directory are kept: names or patterns such as `*.csv`, `out/**`.",
  ),
  outputDirectory: optional(
    flagOrExpression(),
    "`true`: all files below `{{ outputDir }}` are kept. Default `false`.",
  ),
  warningOnStdErr: optional(
    flagOrExpression(),
    "`true` (the default): a task that writes to stderr ends with state WARNING. Pods' logs do not tell stdout and stderr apart, so that this is about tasks on this machine.",
  ),
  targetOS: optional(
    z
      .enum(["LINUX", "AUTO", "WINDOWS"], { error: "must be LINUX or AUTO" })
      .superRefine((value, context) => {
        if (value !== "WINDOWS") return;
        const message = "`WINDOWS` is not supported yet";
        context.addIssue({ code: "custom", message, params: { soft: "unsupported" } });
      }),
    "`LINUX` or `AUTO`.",
  ),
  runner: optional(
    z.enum(["DOCKER", "PROCESS"], { error: "must be DOCKER or PROCESS" }),
    "Older form of `taskRunner`.",
  ),
  docker: optional(docker, "Older form of `containerImage`."),
  namespaceFiles: later("`namespaceFiles`"),
  kotlp: ignored("Logs need no wrapper here"),
} as const;

const commonObject = z.object(shape);
export type ScriptProperties = z.output<typeof commonObject>;
