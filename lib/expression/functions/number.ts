import { CallError } from "../call-error.ts";
import type { FunctionDefinition } from "../call.ts";
import { compareValues } from "../compare.ts";
import { rangeOf } from "../operate.ts";
import { isList } from "../value.ts";

export const numberFunctions: Record<string, FunctionDefinition> = {
  max: {
    about: "The greatest of the values.",
    parameters: ["...values"],
    example: ["{{ max(1, 3, 2) }}", "3"],
    call: (args) => extreme(args.rest, 1),
  },
  min: {
    about: "The smallest of the values.",
    parameters: ["...values"],
    example: ["{{ min(3, 1, 2) }}", "1"],
    call: (args) => extreme(args.rest, -1),
  },
  range: {
    about: "The whole numbers, or letters, from one to the other.",
    parameters: ["start", "end", "increment?"],
    example: ["{{ range(0, 6, 2) }}", "[0,2,4,6]"],
    call: (args, { meter }) =>
      rangeOf(
        { from: args.value("start"), to: args.value("end"), step: args.integer("increment", 1) },
        meter,
      ),
  },
};

/** Of the arguments, or of the one list that is given. */
function extreme(given: readonly unknown[], sign: 1 | -1): unknown {
  const [first] = given;
  const values = given.length === 1 && isList(first) ? first : given;
  if (values.length === 0) throw new CallError("There are no values to compare");
  return values.reduce((best, value) => (compareValues(value, best) * sign > 0 ? value : best));
}
