import { INPUT_TYPES, type InputType, type Problem } from "#lib/core/flow-view.ts";
import type { Input } from "./flow.ts";
import { ruleBroken, wholePattern } from "./input-rules.ts";
import { InputTypeError, typedValue } from "./input-value.ts";
import { nearest } from "./nearest.ts";
import { inputSchemas, toInput } from "./schema/input.ts";
import { hasExpression } from "./schema/parts.ts";
import { readBySchema } from "./schema-problems.ts";
import {
  keyRange,
  nodeAt,
  pathText,
  placeOfMissing,
  type SourcePath,
  valueRange,
  type YamlSource,
} from "./yaml-source.ts";

/** Reads the declared inputs; those that are wrong are missing in the result. */
export function readInputDeclarations(
  values: readonly unknown[],
  source: YamlSource,
): { inputs: Input[]; problems: Problem[] } {
  const readings = values.map((value, index) => readOne(value, source, ["inputs", index]));
  return {
    inputs: readings.flatMap((reading) => (reading.input === null ? [] : [reading.input])),
    problems: readings.flatMap((reading) => reading.problems),
  };
}

interface InputReading {
  input: Input | null;
  problems: Problem[];
}

function readOne(value: unknown, source: YamlSource, path: SourcePath): InputReading {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return {
      input: null,
      problems: [
        error(keyRange(source, path), path, "An input must be a map with `id` and `type`."),
      ],
    };
  }
  // A map of the source has text keys only.
  const { name, ...rest } = value as Record<string, unknown>;
  const renamed = name !== undefined && rest["id"] === undefined;
  const written = renamed ? { ...rest, id: name } : (value as Record<string, unknown>);
  const notes = renamed ? [olderKey(source, [...path, "name"])] : [];
  const type = inputType(written["type"]);
  if (type === null)
    return { input: null, problems: [...notes, wrongType(written["type"], source, path)] };
  const { output, problems } = readBySchema(inputSchemas[type], written, source, path);
  if (output === null) return { input: null, problems: [...notes, ...problems] };
  const input = toInput(output);
  return { input, problems: [...notes, ...problems, ...ownRules(input, source, path)] };
}

function inputType(written: unknown): InputType | null {
  return INPUT_TYPES.find((type) => type === written) ?? null;
}

function wrongType(written: unknown, source: YamlSource, path: SourcePath): Problem {
  const full = [...path, "type"];
  if (written === undefined) {
    return {
      ...error(
        placeOfMissing(source, path),
        full,
        `\`type\` is missing. It is one of ${INPUT_TYPES.join(", ")}.`,
      ),
      code: "missing-property",
    };
  }
  const range = valueRange(source, full);
  const name = typeof written === "string" ? written : JSON.stringify(written);
  const near = nearest(name, INPUT_TYPES);
  const hint =
    near === null ? `It is one of ${INPUT_TYPES.join(", ")}.` : `Did you mean \`${near}\`?`;
  return {
    ...error(range, full, `Invalid type: there are no inputs of type \`${name}\`. ${hint}`),
    code: "unknown-type",
    ...(near === null ? {} : { fix: { title: `Use ${near}`, edits: [{ range, text: near }] } }),
  };
}

function olderKey(source: YamlSource, path: SourcePath): Problem {
  const range = keyRange(source, path);
  return {
    ...error(range, path, "`name` is the older spelling of `id`."),
    severity: "info",
    code: "older-property",
    fix: { title: "Rename to id", edits: [{ range, text: "id" }] },
  };
}

function olderEnum(source: YamlSource, path: SourcePath): Problem {
  const range = valueRange(source, path);
  return {
    ...error(range, path, "`ENUM` is the older name of `SELECT`."),
    severity: "info",
    code: "older-type",
    fix: { title: "Use SELECT", edits: [{ range, text: "SELECT" }] },
  };
}

/** The rules of LANGUAGE.md 3.1 and 3.3 that concern one input alone. */
function ownRules(input: Input, source: YamlSource, path: SourcePath): Problem[] {
  const problems: Problem[] = [];
  const say = (key: string, message: string): void => {
    problems.push(error(valueRange(source, [...path, key]), [...path, key], message));
  };
  if (input.type === "FILE" && input.defaults !== undefined) {
    say("defaults", "no `defaults` can be set for inputs of type 'FILE'. Remove it.");
  }
  if (input.itemType === "ARRAY") {
    say("itemType", "`itemType` cannot be `ARRAY`. Use JSON for lists of lists.");
  }
  if (input.type === "ARRAY" && input.itemType === null) {
    say("itemType", "`itemType` is missing: it says what the list has, e.g. `itemType: STRING`.");
  }
  const hasChoices = input.values.length > 0 || input.expression !== null;
  if (input.type === "ENUM") problems.push(olderEnum(source, [...path, "type"]));
  const isChoice = ["SELECT", "ENUM", "MULTISELECT"].includes(input.type);
  if (isChoice && !hasChoices) say("values", "`values` is missing: list what can be chosen.");
  if (input.validator !== null && wholePattern(input.validator) === null) {
    say("validator", `\`${input.validator}\` is no regular expression. Correct it.`);
  }
  const unfit = unfitDefault(input);
  if (unfit !== null && problems.length === 0) {
    const key = nodeAt(source, [...path, "defaults"]) === null ? "prefill" : "defaults";
    say(key, `The default does not fit: ${unfit}. Nobody can execute the flow with it.`);
    return problems.map((one) => ({ ...one, severity: "warning" }));
  }
  return problems;
}

/** Why a default that is written out would be refused; null when it fits, or is not known yet. */
function unfitDefault(input: Input): string | null {
  const { defaults } = input;
  if (defaults === undefined || defaults === null || input.expression !== null) return null;
  if (typeof defaults === "string" && hasExpression(defaults)) return null;
  try {
    const value = typedValue(input.type, defaults, input.itemType);
    return ruleBroken(input, value, input.values);
  } catch (error) {
    if (!(error instanceof InputTypeError)) throw error;
    return error.message;
  }
}

function error(range: Problem["range"], path: SourcePath, message: string): Problem {
  return { severity: "error", code: "invalid-value", message, path: pathText(path), range };
}
