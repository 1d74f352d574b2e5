import { parse } from "yaml";
import { z } from "zod";
import { INPUT_TYPES } from "#lib/core/flow-view.ts";
import { flowSchema } from "./schema/flow.ts";
import { inputSchemas } from "./schema/input.ts";
import { taskSchema } from "./schema/task.ts";
import type { TaskCatalogue, TaskDefinition } from "./task-catalogue.ts";

/** A part of a JSON Schema, with what editors know beyond the standard. */
interface Part {
  [key: string]: unknown;
  type?: string | string[];
  properties?: Record<string, Part>;
  required?: string[];
  definitions?: Record<string, Part>;
}

/**
 * The JSON Schema (draft 7) of flows for completion and hover texts in the editor, made of the same
 * schemas that `parseFlow` uses: whatever the parser accepts is valid by it.
 */
export function flowJsonSchema(catalogue: TaskCatalogue): object {
  const definitions: Record<string, Part> = {};
  const flow = toPart(flowSchema, definitions);
  const tasks = catalogue.all.map((definition) => taskPart(definition, definitions));
  const inputs = INPUT_TYPES.map((type) => toPart(inputSchemas[type], definitions));
  return {
    ...flow,
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Flow",
    properties: {
      ...flow.properties,
      inputs: nullable({
        ...flow.properties?.["inputs"],
        items: {
          anyOf: inputs.map(withOlderName),
          defaultSnippets: INPUT_TYPES.map(inputSnippet),
        },
      }),
      tasks: {
        ...flow.properties?.["tasks"],
        items: {
          anyOf: [...tasks, otherTask(catalogue)],
          defaultSnippets: catalogue.all.flatMap(taskSnippets),
        },
      },
    },
    defaultSnippets: [FLOW_SNIPPET],
    definitions,
  };
}

const FLOW_SNIPPET = {
  label: "flow",
  description: "A flow with one task",
  body: {
    id: "${1:my_flow}",
    namespace: "${2:company.team}",
    tasks: [
      {
        id: "hello",
        type: "io.kestra.plugin.scripts.shell.Commands",
        commands: ['echo "Hello from $(hostname)"'],
      },
    ],
  },
};

/** Converts, moving shared parts to `definitions`; what may be left out may be empty as well. */
function toPart(schema: z.ZodType, definitions: Record<string, Part>): Part {
  const converted = z.toJSONSchema(schema, {
    target: "draft-7",
    io: "input",
    unrepresentable: "any",
  });
  // Zod gives plain JSON of this form.
  const { $schema: _, definitions: shared, ...part } = converted as Part;
  Object.assign(definitions, shared);
  const required = new Set(part.required);
  const properties = Object.entries(part.properties ?? {}).map(([key, property]) => [
    key,
    required.has(key) ? property : nullable(property),
  ]);
  return { ...part, properties: Object.fromEntries(properties) };
}

function nullable(part: Part): Part {
  if (typeof part.type === "string") {
    const { enum: values } = part;
    const names = Array.isArray(values) ? { enum: [...values, null] } : {};
    return { ...part, ...names, type: [part.type, "null"] };
  }
  if (Array.isArray(part.type)) return { ...part, type: [...part.type, "null"] };
  if (Array.isArray(part["anyOf"])) return { ...part, anyOf: [...part["anyOf"], { type: "null" }] };
  const { markdownDescription, ...rest } = part;
  const isOpen = Object.keys(rest).length === 0;
  return isOpen ? part : { anyOf: [rest, { type: "null" }], markdownDescription };
}

function taskPart(definition: TaskDefinition, definitions: Record<string, Part>): Part {
  const part = toPart(taskSchema(definition.properties), definitions);
  const older = definition.aliases.map(() => `Older name of \`${definition.type}\`.`);
  const type = {
    type: "string",
    enum: [definition.type, ...definition.aliases],
    markdownDescription: `**${definition.title}**\n\n${definition.description}${outputsText(definition)}`,
    markdownEnumDescriptions: [definition.description, ...older],
    enumDescriptions: [definition.description, ...older],
  };
  return { ...part, title: definition.title, properties: { ...part.properties, type } };
}

function outputsText(definition: TaskDefinition): string {
  const lines = Object.entries(definition.outputs).map(([name, what]) => `* \`${name}\`: ${what}`);
  return lines.length === 0 ? "" : `\n\nOutputs:\n${lines.join("\n")}`;
}

/** Types that are built later, or not known: their problems are `parseFlow`'s to say. */
function otherTask(catalogue: TaskCatalogue): Part {
  const known = catalogue.all.flatMap((definition) => [definition.type, ...definition.aliases]);
  return {
    type: "object",
    properties: { type: { type: "string", not: { enum: known } } },
    required: ["type"],
  };
}

function withOlderName(part: Part): Part {
  const required = part.required?.filter((key) => key !== "id") ?? [];
  const { id } = part.properties ?? {};
  return { ...part, required, properties: { ...part.properties, name: id ?? {} } };
}

function inputSnippet(type: string): object {
  const isChoice = type === "SELECT" || type === "ENUM" || type === "MULTISELECT";
  const more = isChoice ? { values: ["${2:first}", "second"] } : {};
  const item = type === "ARRAY" ? { itemType: "STRING" } : {};
  return {
    label: `input ${type}`,
    description: `An input of type ${type}`,
    body: { id: `\${1:${type.toLowerCase()}}`, type, ...more, ...item },
  };
}

function taskSnippets(definition: TaskDefinition): object[] {
  const name = definition.type.split(".").slice(-2).join(".");
  return definition.examples.map((example) => ({
    label: name,
    description: definition.title,
    // A `$` begins a placeholder in snippets.
    body: parse(example.replaceAll("$", "\\$")) as unknown,
  }));
}
