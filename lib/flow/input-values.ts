import { evaluateExpression } from "#lib/expression/render.ts";
import { isTruthy } from "#lib/expression/truthy.ts";
import type { Flow, Input } from "./flow.ts";
import { ruleBroken } from "./input-rules.ts";
import { InputTypeError, shown, typedValue } from "./input-value.ts";
import { nearest } from "./nearest.ts";
import { hasExpression } from "./schema/parts.ts";

interface ReadInputsOptions {
  now: () => Date;
  /** Evaluates an expression; by default with `inputs`, `vars`, `flow` and `labels`. */
  render?: (text: string, inputs: Record<string, unknown>) => Promise<unknown>;
  /**
   * What becomes of values for inputs that the flow does not have. `leave-out`: nothing, as in
   * Kestra, except for a name that nearly is that of an input without a value.
   */
  unknown?: "refuse" | "leave-out";
}

interface ReadInputsResult {
  /** Nested by the dots in ids: what expressions see as `inputs`. */
  values: Record<string, unknown>;
  /** A message for each input that is wrong, by its id. When there is any, nothing may run. */
  errors: Record<string, string>;
  /** Names of what was given for no input of the flow, and means nothing. */
  leftOut: string[];
}

/**
 * Turns what was given (text from forms, JSON from the API; FILE inputs as `kestra:///` URIs) into
 * typed values, with defaults and the messages of LANGUAGE.md 3.3. An optional input without a value
 * is null.
 */
export async function readInputs(
  flow: Pick<Flow, "id" | "namespace" | "inputs" | "variables" | "labels">,
  given: Record<string, unknown>,
  options: ReadInputsOptions,
): Promise<ReadInputsResult> {
  const reader = new InputReader(flow, given, options);
  for (const input of flow.inputs) await reader.read(input);
  const leftOut = reader.readUnknown(options.unknown ?? "refuse");
  return { values: reader.values, errors: Object.fromEntries(reader.errors), leftOut };
}

class InputReader {
  readonly values: Record<string, unknown> = {};
  readonly errors = new Map<string, string>();
  readonly #flow: Parameters<typeof readInputs>[0];
  readonly #given: Record<string, unknown>;
  readonly #render: (text: string) => Promise<unknown>;
  readonly #begun = new Set<string>();

  constructor(
    flow: Parameters<typeof readInputs>[0],
    given: Record<string, unknown>,
    options: ReadInputsOptions,
  ) {
    this.#flow = flow;
    this.#given = given;
    const variables = () => ({
      inputs: this.values,
      vars: flow.variables,
      labels: flow.labels,
      flow: { id: flow.id, namespace: flow.namespace },
    });
    const own = async (text: string): Promise<unknown> =>
      evaluateExpression(text, { variables: variables(), now: options.now });
    const { render } = options;
    this.#render = render === undefined ? own : async (text) => render(text, this.values);
  }

  /** Reads the input after those it depends on. */
  async read(input: Input): Promise<void> {
    if (this.#begun.has(input.id)) return;
    this.#begun.add(input.id);
    for (const id of input.dependsOn?.inputs ?? []) {
      const other = this.#flow.inputs.find((one) => one.id === id);
      if (other !== undefined) await this.read(other);
    }
    let value: unknown = null;
    try {
      value = await this.#valueOf(input);
    } catch (error) {
      // Whatever an expression or a value does wrong is said to the person who filled in the form.
      const reason = error instanceof Error ? error.message : String(error);
      const { id } = input;
      this.#refuse(input, reason, Object.hasOwn(this.#given, id) ? this.#given[id] : null);
    }
    setNested(this.values, input.id, value);
  }

  async #valueOf(input: Input): Promise<unknown> {
    if (!(await this.#isAsked(input))) return null;
    const given = await this.#givenOrDefault(input);
    if (given === null) {
      if (input.isRequired) this.#refuse(input, "missing required input", null);
      return null;
    }
    const value = typedValue(input.type, given, input.itemType);
    const isChoice = ["SELECT", "ENUM", "MULTISELECT"].includes(input.type);
    const broken = ruleBroken(input, value, isChoice ? await this.#choices(input) : []);
    if (broken !== null) this.#refuse(input, broken, given);
    return value;
  }

  async #isAsked(input: Input): Promise<boolean> {
    const { dependsOn } = input;
    if (dependsOn === null) return true;
    if (dependsOn.inputs.some((id) => this.errors.has(id))) return false;
    if (dependsOn.condition === null) return true;
    const condition = await this.#render(dependsOn.condition);
    return isTruthy(typeof condition === "string" ? condition : JSON.stringify(condition ?? null));
  }

  async #givenOrDefault(input: Input): Promise<unknown> {
    const given = Object.hasOwn(this.#given, input.id) ? this.#given[input.id] : null;
    const keepsEmpty = input.type === "STRING" || input.type === "SECRET";
    const isEmpty = given === null || given === undefined || (given === "" && !keepsEmpty);
    if (!isEmpty) return given;
    const { defaults } = input;
    if (typeof defaults === "string" && hasExpression(defaults)) {
      return (await this.#render(defaults)) ?? null;
    }
    if (defaults !== undefined && defaults !== null) return defaults;
    return input.autoSelectFirst ? ((await this.#choices(input))[0] ?? null) : null;
  }

  async #choices(input: Input): Promise<string[]> {
    if (input.expression === null) return input.values;
    const found = await this.#render(input.expression);
    const list: unknown = typeof found === "string" ? JSON.parse(found) : found;
    if (Array.isArray(list)) return list.map((one) => shown(one));
    throw new InputTypeError("the expression of its values gives no list");
  }

  /** Returns what is left out. */
  readUnknown(rule: "refuse" | "leave-out"): string[] {
    const leftOut: string[] = [];
    const known = this.#flow.inputs.map((input) => input.id);
    for (const id of Object.keys(this.#given)) {
      if (known.includes(id)) continue;
      const near = nearest(id, known);
      const isSlip = near !== null && !Object.hasOwn(this.#given, near);
      if (rule === "leave-out" && !isSlip) {
        leftOut.push(id);
        continue;
      }
      const hint = near === null ? "Leave it out" : `Did you mean \`${near}\``;
      this.errors.set(id, `The flow has no input \`${id}\`. ${hint}${near === null ? "." : "?"}`);
    }
    return leftOut;
  }

  #refuse(input: Input, reason: string, received: unknown): void {
    const value = input.type === "SECRET" && received !== null ? "********" : shown(received);
    if (this.errors.has(input.id)) return;
    const message = `Invalid input for \`${input.id}\`, ${reason}, but received \`${value}\``;
    this.errors.set(input.id, message);
  }
}

/** Puts the value where the dots of the id say. An own property, whatever its name. */
function setNested(target: Record<string, unknown>, id: string, value: unknown): void {
  const parts = id.split(".");
  const last = parts.pop() ?? id;
  let inner = target;
  for (const part of parts) {
    const next = Object.hasOwn(inner, part) ? inner[part] : undefined;
    const isMap = typeof next === "object" && next !== null && !Array.isArray(next);
    // Only maps made here are gone into.
    const map = isMap ? (next as Record<string, unknown>) : {};
    define(inner, part, map);
    inner = map;
  }
  define(inner, last, value);
}

function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}
