import type { FunctionDefinition } from "../call.ts";
import { dataFunctions } from "./data.ts";
import { dateFunctions } from "./date.ts";
import { fileFunctions } from "./file.ts";
import { numberFunctions } from "./number.ts";
import { randomFunctions } from "./random.ts";
import { renderFunctions } from "./render.ts";

const functions = new Map<string, FunctionDefinition>(
  Object.entries({
    ...dateFunctions,
    ...dataFunctions,
    ...fileFunctions,
    ...numberFunctions,
    ...randomFunctions,
    ...renderFunctions,
  }),
);

export function findFunction(name: string): FunctionDefinition | undefined {
  return functions.get(name);
}

export function functionNames(): string[] {
  return [...functions.keys()];
}
