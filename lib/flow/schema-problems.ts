import type { z } from "zod";
import type { Problem } from "#lib/core/flow-view.ts";
import { nearest } from "./nearest.ts";
import type { SoftIssue } from "./schema/parts.ts";
import { withWrittenTexts } from "./written-texts.ts";
import {
  keyRange,
  pathText,
  placeOfMissing,
  type SourcePath,
  valueRange,
  type YamlSource,
} from "./yaml-source.ts";

/** What a schema makes of a value: its output, and what to say. */
interface SchemaReading<Output> {
  /** null when there are errors other than "not supported yet". */
  output: Output | null;
  problems: Problem[];
}

/**
 * Reads the value at `path` of the source by the schema. What is only "not supported yet" or has no
 * effect is said and taken out, so that the rest is read all the same.
 */
export function readBySchema<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  source: YamlSource,
  path: SourcePath,
): SchemaReading<z.output<Schema>> {
  const filled = withoutEmpty(schema, value);
  const first = parse(schema, filled);
  const soft = first.issues.filter((issue) => softKind(issue) !== null);
  const softProblems = soft.map((issue) => softProblem(source, path, issue));
  if (soft.length === 0 && first.data !== undefined) {
    return { output: withWrittenTexts(first.data, filled, source, path), problems: [] };
  }
  const rest = without(
    filled,
    soft.map((issue) => issue.path),
  );
  const second = soft.length === 0 ? first : parse(schema, rest);
  const found = second.issues.flatMap((issue) =>
    hardProblems(source, path, { issue, value: rest, known: second.known }),
  );
  const hard = withoutMisspelled(found);
  const { data } = second;
  return {
    output:
      hard.length === 0 && data !== undefined ? withWrittenTexts(data, rest, source, path) : null,
    problems: [...softProblems, ...hard],
  };
}

/** `env:` with nothing behind it is as good as no `env` at all. */
function withoutEmpty(schema: z.ZodType, value: unknown): unknown {
  const shape = shapeOf(schema);
  if (shape === null || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key, inner]) => inner !== null || !shape.includes(key)),
  );
}

interface Parsed<Output> {
  data: Output | undefined;
  issues: z.core.$ZodIssue[];
  /** The properties that a map may have, by its path. */
  known: Map<string, string[]>;
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): Parsed<z.output<Schema>> {
  const known = new Map<string, string[]>();
  const result = schema.safeParse(value, {
    error: (issue) => {
      const shape = shapeOf(issue.inst);
      if (issue.code === "unrecognized_keys" && shape !== null) {
        known.set(JSON.stringify(issue.path ?? []), shape);
      }
      return undefined;
    },
  });
  return result.success
    ? { data: result.data, issues: [], known }
    : { data: undefined, issues: result.error.issues, known };
}

function shapeOf(instance: unknown): string[] | null {
  // Zod hands over the schema that found the issue; only strict objects find unknown keys.
  const shape = (instance as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
  return shape === undefined ? null : Object.keys(shape);
}

function softKind(issue: z.core.$ZodIssue): SoftIssue | null {
  if (issue.code !== "custom") return null;
  const kind: unknown = issue.params?.["soft"];
  return kind === "unsupported" || kind === "ignored" ? kind : null;
}

function softProblem(source: YamlSource, path: SourcePath, issue: z.core.$ZodIssue): Problem {
  const full = fullPath(path, issue.path);
  const isUnsupported = softKind(issue) === "unsupported";
  return {
    severity: isUnsupported ? "error" : "warning",
    code: isUnsupported ? "unsupported" : "ignored-property",
    message: isUnsupported
      ? `${issue.message}. The flow can be saved, but it cannot run until this is removed.`
      : `\`${String(full.at(-1))}\` is ignored. ${issue.message}.`,
    path: pathText(full),
    range: keyRange(source, full),
  };
}

interface IssueInValue {
  issue: z.core.$ZodIssue;
  value: unknown;
  known: Map<string, string[]>;
}

function hardProblems(source: YamlSource, path: SourcePath, found: IssueInValue): Problem[] {
  const { issue } = found;
  const full = fullPath(path, issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = found.known.get(JSON.stringify(issue.path)) ?? [];
    return issue.keys.map((key) => unknownProperty(source, [...full, key], known));
  }
  const actual = valueIn(found.value, issue.path);
  if (actual === undefined && issue.code !== "custom") return [missing(source, full)];
  const name = String(full.at(-1) ?? "flow");
  if (issue.code === "invalid_union" && issue.errors.length === 0) {
    return [unknownChoice(source, full, actual, issue)];
  }
  const message = issue.message.startsWith("must ")
    ? `\`${name}\` ${issue.message}${butIs(actual)}.`
    : `\`${name}\`: ${issue.message}.`;
  return [
    {
      severity: "error",
      code: "invalid-value",
      message,
      path: pathText(full),
      range: valueRange(source, full),
    },
  ];
}

function unknownChoice(
  source: YamlSource,
  path: SourcePath,
  actual: unknown,
  issue: z.core.$ZodIssue,
): Problem {
  const options =
    "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  const name = String(path.at(-1));
  const written = typeof actual === "string" ? actual : JSON.stringify(actual);
  const near = nearest(written, options);
  const hint = near === null ? `Possible are: ${options.join(", ")}.` : `Did you mean \`${near}\`?`;
  const range = valueRange(source, path);
  return {
    severity: "error",
    code: name === "type" ? "unknown-type" : "invalid-value",
    message: `\`${name}\` cannot be \`${written}\`. ${hint}`,
    path: pathText(path),
    range,
    ...(near === null ? {} : { fix: { title: `Use ${near}`, edits: [{ range, text: near }] } }),
  };
}

/** An unknown property, with the nearest known name as a fix. */
function unknownProperty(source: YamlSource, path: SourcePath, known: string[]): Problem {
  const key = String(path.at(-1));
  const near = nearest(key, known);
  const range = keyRange(source, path);
  const hint = near === null ? `Known are: ${known.join(", ")}.` : `Did you mean \`${near}\`?`;
  return {
    severity: "error",
    code: "unknown-property",
    message: `Unknown property \`${key}\`. ${hint}`,
    path: pathText(path),
    range,
    ...(near === null
      ? {}
      : { fix: { title: `Rename to ${near}`, edits: [{ range, text: near }] } }),
  };
}

/** A property that is missing because it is misspelled is said once. */
function withoutMisspelled(problems: Problem[]): Problem[] {
  const meant = new Set(
    problems.flatMap(({ code, path, fix }) =>
      code === "unknown-property" && fix
        ? [path.replace(/[^.\]]*$/, "") + String(fix.edits[0]?.text)]
        : [],
    ),
  );
  return problems.filter(({ code, path }) => code !== "missing-property" || !meant.has(path));
}

function missing(source: YamlSource, path: SourcePath): Problem {
  const name = String(path.at(-1) ?? "flow");
  const message =
    name === "tasks" && path.length === 1
      ? "tasks: must not be empty: add at least one task."
      : `\`${name}\` is missing. Add it.`;
  return {
    severity: "error",
    code: "missing-property",
    message,
    path: pathText(path),
    range: placeOfMissing(source, path.slice(0, -1)),
  };
}

function butIs(value: unknown): string {
  if (value === null) return ", but it is empty";
  if (Array.isArray(value)) return value.length === 0 ? "" : ", but it is a list";
  if (typeof value === "object") return ", but it is a map";
  const shown = JSON.stringify(value) ?? "";
  return `, but it is \`${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}\``;
}

function fullPath(path: SourcePath, rest: PropertyKey[]): (string | number)[] {
  return [...path, ...rest.map((key) => (typeof key === "number" ? key : String(key)))];
}

function valueIn(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key)
        ? // An own property of an object may be read by its key.
          (inner as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}

/** A copy without the values at these paths (keys of maps). */
function without(value: unknown, paths: PropertyKey[][]): unknown {
  if (typeof value !== "object" || value === null || paths.length === 0) return value;
  const under = (key: string): PropertyKey[][] =>
    paths.filter((path) => String(path[0]) === key).map((path) => path.slice(1));
  const isGone = (key: string): boolean => under(key).some((path) => path.length === 0);
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => without(item, under(String(index))));
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !isGone(key))
      .map(([key, inner]) => [key, without(inner, under(key))]),
  );
}
