import { CallError } from "./call-error.ts";
import type { Meter } from "./meter.ts";
import type { Scope } from "./scope.ts";
import { isList, textOf, typeNameOf } from "./value.ts";

/** What a function or filter may use of the evaluation it is called in. */
export interface CallContext {
  scope: Scope;
  meter: Meter;
  /** Renders a text in the same scope and budget. */
  render(text: string): Promise<string>;
}

interface Documented {
  /** One line for the editor. */
  about: string;
  /** Names in order; `name?` may be left out, `...name` takes all that follow. */
  parameters: readonly string[];
  /** A template and what it gives; the tests run each. */
  example?: readonly [template: string, result: string];
  /** Of the parameters, those that are known but not supported yet. */
  later?: readonly string[];
  /** What to use instead, when it should no longer be used. */
  instead?: string;
}

export interface FilterDefinition extends Documented {
  /** Whether it also works on null; of the others null comes back as null. */
  takesNull?: boolean;
  apply(input: unknown, args: Arguments, context: CallContext): unknown;
}

export interface FunctionDefinition extends Documented {
  call(args: Arguments, context: CallContext): unknown;
}

export interface TestDefinition extends Documented {
  test(input: unknown, args: Arguments): boolean;
}

/** The arguments of one call, by the names of its parameters. */
export class Arguments {
  readonly #values: ReadonlyMap<string, unknown>;
  /** What the `...name` parameter took. */
  readonly rest: readonly unknown[];

  constructor(values: ReadonlyMap<string, unknown>, rest: readonly unknown[]) {
    this.#values = values;
    this.rest = rest;
  }

  /** Whether it is given and not null. */
  has(name: string): boolean {
    return this.value(name) !== null;
  }

  value(name: string): unknown {
    return this.#values.get(name) ?? null;
  }

  text(name: string, fallback = ""): string {
    const value = this.value(name);
    return value === null ? fallback : textOf(value);
  }

  list(name: string): unknown[] {
    const value = this.value(name);
    if (isList(value)) return value;
    throw new CallError(`\`${name}\` must be a list, but is ${typeNameOf(value)}`);
  }

  boolean(name: string, fallback = false): boolean {
    const value = this.value(name);
    if (value === null) return fallback;
    if (typeof value === "boolean") return value;
    if (value === "true" || value === "false") return value === "true";
    throw new CallError(`\`${name}\` must be true or false, but is ${typeNameOf(value)}`);
  }

  /** A whole number, also from its digits. */
  integer(name: string, fallback?: number): number {
    const value = this.value(name);
    if (value === null && fallback !== undefined) return fallback;
    const number =
      typeof value === "string" && /^[+-]?\d{1,15}$/.test(value) ? Number(value) : value;
    if (typeof number === "number" && Number.isSafeInteger(number)) return number;
    throw new CallError(`\`${name}\` must be a whole number, but is ${typeNameOf(value)}`);
  }
}

/** The error for an argument that is only known. */
export function laterParameter(name: string): CallError {
  return new CallError(`The argument \`${name}\` is not supported yet`, { kind: "unsupported" });
}

/** `name(a, b?)`, as the editor shows it. */
export function signatureOf(name: string, parameters: readonly string[]): string {
  return parameters.length === 0 ? name : `${name}(${parameters.join(", ")})`;
}

/**
 * Gives each argument to its parameter.
 * @throws CallError for one too many, an unknown name, one given twice, or one that is missing
 */
export function bindArguments(
  parameters: readonly string[],
  given: readonly { name: string | null; value: unknown }[],
): Arguments {
  const names = parameters.map((parameter) => parameter.replace(/^\.\.\.|\?$/g, ""));
  const takesRest = parameters.at(-1)?.startsWith("...") === true;
  const values = new Map<string, unknown>();
  const rest: unknown[] = [];
  given.forEach(({ name, value }, index) => {
    if (name === null && takesRest && index >= names.length - 1) {
      rest.push(value);
      return;
    }
    const target = name ?? names[index];
    if (target === undefined || !names.includes(target)) {
      throw new CallError(
        name === null
          ? `${names.length === 0 ? "No arguments are" : `At most ${names.length} are`} possible`
          : `There is no argument \`${name}\`${listOf(names)}`,
      );
    }
    if (values.has(target)) throw new CallError(`The argument \`${target}\` is given twice`);
    values.set(target, value);
  });
  for (const parameter of parameters) {
    if (parameter.endsWith("?") || parameter.startsWith("...")) continue;
    if (!values.has(parameter)) throw new CallError(`The argument \`${parameter}\` is missing`);
  }
  return new Arguments(values, rest);
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? "" : `; there are: ${names.join(", ")}`;
}
