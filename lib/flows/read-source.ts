import type { InputView, Problem } from "#lib/core/flow-view.ts";
import { inputViews } from "#lib/flow/input-view.ts";
import { parseFlow, type FlowReading } from "#lib/flow/parse.ts";
import { catalogue } from "#lib/tasks/catalogue.ts";

/** Reads a flow's source with the task types there are. Never throws. */
export function readSource(source: string): FlowReading {
  return parseFlow(source, catalogue);
}

/** What the validator says of a source, the inputs it asks for as far as they can be read, and whether it is disabled. */
export function validateSource(source: string): {
  problems: Problem[];
  inputs: InputView[];
  disabled: boolean;
} {
  const { flow, problems } = readSource(source);
  return {
    problems,
    inputs: flow === null ? [] : inputViews(flow),
    disabled: flow?.disabled ?? false,
  };
}
