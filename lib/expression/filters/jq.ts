import { CallError } from "../call-error.ts";
import type { FilterDefinition } from "../call.ts";
import { evaluateJq } from "../jq/evaluate-jq.ts";
import { parseJq } from "../jq/parse-jq.ts";

export const jqFilters: Record<string, FilterDefinition> = {
  jq: {
    about: "All results of a jq program, as a list; a text is read as JSON first.",
    parameters: ["expression"],
    example: ["{{ {'a': [{'b': 1}, {'b': 2}]} | jq('.a[] | select(.b > 1) | .b') | first }}", "2"],
    apply: (input, args, { meter }) => {
      const program = parseJq(args.text("expression"));
      const value = typeof input === "string" ? parseInput(input) : input;
      return [...evaluateJq(program, plain(value), { meter, variables: new Map() })];
    },
  },
};

function parseInput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CallError("The text is not valid JSON", { cause: error });
  }
}

/** Dates become texts, as in JSON. */
function plain(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}
