import { CallError } from "../call-error.ts";
import type { CallContext, FunctionDefinition } from "../call.ts";
import { ExpressionError } from "../expression-error.ts";
import { hasExpressions } from "../parse.ts";
import { isList, isMap, mapOf } from "../value.ts";

/** As in Kestra: after so many rounds a text that still changes is taken for endless. */
const MAX_ROUNDS = 100;

export const renderFunctions: Record<string, FunctionDefinition> = {
  render: {
    about: "The text with the expressions in it rendered, again until none is left.",
    parameters: ["template", "recursive?"],
    example: ["{{ render('{{ 1 + 1 }}') }}", "2"],
    call: (args, context) =>
      renderAll(args.value("template"), args.boolean("recursive", true) ? MAX_ROUNDS : 1, context),
  },
  renderOnce: {
    about: "The text with the expressions in it rendered once.",
    parameters: ["template"],
    example: ["{{ renderOnce('{{ 1 + 1 }}') }}", "2"],
    call: (args, context) => renderAll(args.value("template"), 1, context),
  },
};

async function renderAll(value: unknown, rounds: number, context: CallContext): Promise<unknown> {
  if (typeof value === "string") return renderText(value, rounds, context);
  if (isList(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(await renderAll(item, rounds, context));
    return items;
  }
  if (!isMap(value)) return value;
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    entries.push([key, await renderAll(item, rounds, context)]);
  }
  return mapOf(entries);
}

async function renderText(text: string, rounds: number, context: CallContext): Promise<string> {
  let current = text;
  for (let round = 0; round < rounds; round += 1) {
    if (!hasExpressions(current)) return current;
    const next = await renderInner(current, context);
    context.meter.charge(next);
    if (next === current || rounds === 1) return next;
    current = next;
  }
  throw new CallError(`The text still has expressions after ${rounds} rounds of rendering`, {
    kind: "limit",
  });
}

/** An error has its place in the inner text, which is not at hand: it gets that of the call. */
async function renderInner(text: string, context: CallContext): Promise<string> {
  try {
    return await context.render(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new CallError(error.message, { kind: error.kind, cause: error });
  }
}
