import { stringify } from "yaml";
import type { InputView } from "#lib/core/flow-view.ts";
import type { Flow, Input } from "./flow.ts";
import { hasExpression } from "./schema/parts.ts";

/** The inputs as the form that asks for them needs them. */
export function inputViews(flow: Pick<Flow, "inputs">): InputView[] {
  return flow.inputs.map(inputView);
}

function inputView(input: Input): InputView {
  const isComputed = typeof input.defaults === "string" && hasExpression(input.defaults);
  return {
    id: input.id,
    type: input.type,
    displayName: input.displayName,
    description: input.description,
    // A default that is computed stands in for what the form leaves empty.
    isRequired: input.isRequired && !isComputed && input.dependsOn?.condition == null,
    defaultText: isComputed ? null : defaultText(input),
    values: input.values,
    allowCustomValue: input.allowCustomValue,
    isRadio: input.isRadio,
    itemType: input.itemType,
    validator: input.validator,
    min: input.min,
    max: input.max,
    after: input.after,
    before: input.before,
    allowedFileExtensions: input.allowedFileExtensions,
  };
}

function defaultText(input: Input): string | null {
  const value = input.defaults;
  const isChoice = input.type === "SELECT" || input.type === "ENUM";
  if (value === undefined || value === null) {
    return isChoice && input.autoSelectFirst ? (input.values[0] ?? null) : null;
  }
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return input.type === "YAML" ? stringify(value) : JSON.stringify(value, null, 2);
}
