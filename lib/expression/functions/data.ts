import { parse } from "yaml";
import { CallError } from "../call-error.ts";
import type { FunctionDefinition } from "../call.ts";
import { jsonOf, mapOf, propertyOf, typeNameOf } from "../value.ts";

const fromJson: FunctionDefinition = {
  about: "The value that a JSON text says.",
  parameters: ["json"],
  example: ["{{ fromJson('{\"a\": [1, 2]}').a[1] }}", "2"],
  call: (args) => (args.has("json") ? parseJson(args.value("json")) : null),
};

const printContext: FunctionDefinition = {
  about: "All variables as JSON, to look at.",
  parameters: [],
  call: (_, { scope, meter }) => {
    meter.charge(scope.variables);
    return jsonOf(mapOf(Object.entries(scope.variables)), 2);
  },
};

export const dataFunctions: Record<string, FunctionDefinition> = {
  fromJson,
  json: { ...fromJson, instead: "fromJson" },
  jsonDecode: { ...fromJson, instead: "fromJson" },
  yaml: {
    about: "The value that a YAML text says.",
    parameters: ["yaml"],
    example: ["{{ yaml('a: [1, 2]').a[1] }}", "2"],
    call: (args, { meter }) => {
      const text = args.text("yaml");
      // Reading YAML takes about a second for a million characters.
      meter.step(Math.ceil(text.length / 10));
      return args.has("yaml") ? parseYaml(text) : null;
    },
  },
  env: {
    about: "A variable of `envs` (the server's ENV_… variables); without it the default, or null.",
    parameters: ["name", "default?"],
    call: (args, { scope }) => {
      const value = propertyOf(
        propertyOf(scope.variables, "envs"),
        args.text("name").toLowerCase(),
      );
      return value === undefined || value === "" ? args.value("default") : value;
    },
  },
  printContext,
  fetchContext: printContext,
};

function parseJson(value: unknown): unknown {
  if (typeof value !== "string") {
    throw new CallError(`This needs a text, not ${typeNameOf(value)}: it is no JSON to read`);
  }
  try {
    return JSON.parse(value);
  } catch (error) {
    // The parser's own message quotes the text, which may be a secret.
    throw new CallError("The text is not valid JSON", { cause: error });
  }
}

function parseYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100, logLevel: "error" });
  } catch (error) {
    throw new CallError("The text is not valid YAML", { cause: error });
  }
}
