import { z } from "zod";
import type { Problem } from "#lib/core/flow-view.ts";
import type { Task } from "./flow.ts";
import { isLaterType, laterTypeNames } from "./later-types.ts";
import { listFormProblem } from "./list-form.ts";
import { nearest } from "./nearest.ts";
import { taskCommon, taskSchema, toTask } from "./schema/task.ts";
import { readBySchema } from "./schema-problems.ts";
import type { TaskCatalogue, TaskDefinition } from "./task-catalogue.ts";
import {
  keyRange,
  pathText,
  placeOfMissing,
  type SourcePath,
  valueRange,
  type YamlSource,
} from "./yaml-source.ts";

interface TaskReading {
  task: Task | null;
  problems: Problem[];
}

/** Reads one task of the source by the schema of its type. */
export function readTask(
  value: unknown,
  source: YamlSource,
  path: SourcePath,
  catalogue: TaskCatalogue,
): TaskReading {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return failed(source, path, "invalid-value", "A task must be a map with `id` and `type`.");
  }
  // A map of the source has text keys only.
  const written = value as Record<string, unknown>;
  const { type } = written;
  if (typeof type !== "string") {
    return {
      task: null,
      problems: [
        {
          severity: "error",
          code: "missing-property",
          message:
            "`type` is missing: it says what the task does, e.g. `io.kestra.plugin.scripts.shell.Commands`.",
          path: pathText([...path, "type"]),
          range: placeOfMissing(source, path),
        },
      ],
    };
  }
  const definition = catalogue.find(type);
  if (definition !== null) return readKnown({ written, definition, type }, source, path);
  if (isLaterType(type)) return readLater(written, type, source, path);
  return unknownType(type, source, [...path, "type"], catalogue);
}

interface KnownTask {
  written: Record<string, unknown>;
  definition: TaskDefinition;
  type: string;
}

function readKnown(known: KnownTask, source: YamlSource, path: SourcePath): TaskReading {
  const { definition, type } = known;
  const reading = readBySchema(taskSchema(definition.properties), known.written, source, path);
  const { output } = reading;
  const isList =
    Array.isArray(known.written["inputFiles"]) && "inputFiles" in definition.properties.shape;
  const listForm = isList ? listFormProblem(source, path) : null;
  const problems =
    listForm === null
      ? reading.problems
      : reading.problems.map((one) => (one.path === listForm.path ? listForm : one));
  const renamed =
    type === definition.type ? [] : [olderName(source, [...path, "type"], definition)];
  if (output === null) return { task: null, problems: [...renamed, ...problems] };
  const properties = Object.fromEntries(
    Object.entries(output).filter(([key]) => !(key in taskCommon)),
  );
  const remarks = (definition.review?.(properties) ?? []).map((remark): Problem => {
    const full = [...path, ...remark.path];
    return {
      severity: remark.severity,
      code: remark.code,
      message: remark.message,
      path: pathText(full),
      range: valueRange(source, full),
    };
  });
  const place = { range: valueRange(source, path), properties };
  return {
    task: { ...toTask(output, definition.type), ...place },
    problems: [...renamed, ...problems, ...remarks],
  };
}

function olderName(source: YamlSource, path: SourcePath, definition: TaskDefinition): Problem {
  const range = valueRange(source, path);
  return {
    severity: "info",
    code: "older-type",
    message: `This is an older name of \`${definition.type}\`. Both mean the same.`,
    path: pathText(path),
    range,
    fix: { title: `Use ${definition.type}`, edits: [{ range, text: definition.type }] },
  };
}

/** Of a task that cannot run yet only its name counts: it is what others refer to. */
function readLater(
  written: Record<string, unknown>,
  type: string,
  source: YamlSource,
  path: SourcePath,
): TaskReading {
  const typePath = [...path, "type"];
  const problem: Problem = {
    severity: "error",
    code: "unsupported",
    message: `Tasks of type \`${type}\` are not supported yet. The flow can be saved, but it cannot run until the task is removed.`,
    path: pathText(typePath),
    range: valueRange(source, typePath),
  };
  const names = Object.fromEntries(Object.entries(written).filter(([key]) => key in taskCommon));
  const { output, problems } = readBySchema(z.strictObject(taskCommon), names, source, path);
  const task =
    output === null
      ? null
      : { ...toTask(output, type), properties: {}, range: valueRange(source, path) };
  return { task, problems: [problem, ...problems] };
}

function unknownType(
  type: string,
  source: YamlSource,
  path: SourcePath,
  catalogue: TaskCatalogue,
): TaskReading {
  const names = catalogue.all.flatMap((definition) => [definition.type, ...definition.aliases]);
  const near = nearest(type, [...names, ...laterTypeNames]) ?? sameEnding(type, names);
  const range = valueRange(source, path);
  const hint =
    near === null
      ? "Choose one of those that the editor offers (Ctrl+Space)."
      : `Did you mean \`${near}\`?`;
  return {
    task: null,
    problems: [
      {
        severity: "error",
        code: "unknown-type",
        message: `Invalid type: \`${type}\`. ${hint}`,
        path: pathText(path),
        range,
        ...(near === null ? {} : { fix: { title: `Use ${near}`, edits: [{ range, text: near }] } }),
      },
    ],
  };
}

/** `shell.Commands` and `Commands` are near to every type that ends so; the first is offered. */
function sameEnding(type: string, names: string[]): string | null {
  const ending = type.split(".").slice(-2).join(".").toLowerCase();
  return names.find((name) => name.toLowerCase().endsWith(`.${ending}`)) ?? null;
}

function failed(source: YamlSource, path: SourcePath, code: string, message: string): TaskReading {
  const problem: Problem = {
    severity: "error",
    code,
    message,
    path: pathText(path),
    range: keyRange(source, path),
  };
  return { task: null, problems: [problem] };
}
