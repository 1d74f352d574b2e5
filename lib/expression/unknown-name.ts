import { CallError } from "./call-error.ts";
import { testNames } from "./conditions/table.ts";
import { filterNames } from "./filters/table.ts";
import { laterFunctions } from "./functions/later.ts";
import { functionNames } from "./functions/table.ts";
import { nearestName } from "./nearest-name.ts";

/** The error for a function there is not; one that is only known is "not supported yet". */
export function unknownFunction(name: string, macros: Iterable<string> = []): CallError {
  const later = laterFunctions.get(name);
  if (later !== undefined) {
    return new CallError(`is not supported yet: it ${later}`, { kind: "unsupported" });
  }
  if (filterNames().includes(name)) {
    return new CallError(`There is no such function: it is a filter, write \`… | ${name}\``);
  }
  return unknown("function", name, [...macros, ...functionNames()]);
}

export function unknownFilter(name: string): CallError {
  if (functionNames().includes(name)) {
    return new CallError(`There is no such filter: it is a function, write \`${name}(…)\``);
  }
  return unknown("filter", name, filterNames());
}

export function unknownTest(name: string): CallError {
  return unknown("test", name, testNames());
}

function unknown(what: string, name: string, known: readonly string[]): CallError {
  const near = nearestName(name, known);
  return new CallError(
    `There is no such ${what}${near === null ? "" : `. Did you mean \`${near}\`?`}`,
    { kind: "syntax" },
  );
}
