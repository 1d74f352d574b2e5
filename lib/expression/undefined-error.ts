import type { Environment } from "./environment.ts";
import { ExpressionError, positionOf, type Span } from "./expression-error.ts";
import { findFilter } from "./filters/table.ts";
import { nearestName } from "./nearest-name.ts";
import type { Expression } from "./syntax.ts";
import { isList, isMap, typeNameOf } from "./value.ts";

const MAX_SHOWN = 200;
const MAX_NAMES = 8;

/** The error for a variable that is not there. */
export function undefinedVariable(
  name: string,
  span: Span,
  environment: Environment,
): ExpressionError {
  if (environment.quiet > 0) return unexplained(span, environment);
  const known = [...environment.frames.names(), ...Object.keys(environment.scope.variables)];
  return undefinedError({ name, span, hint: hintFor(name, known, "there is") }, environment);
}

/** The error for a property that its owner does not have. */
export function undefinedProperty(
  missing: { name: string; span: Span; owner: unknown; path: Expression },
  environment: Environment,
): ExpressionError {
  const { name, span } = missing;
  if (environment.quiet > 0) return unexplained(span, environment);
  return undefinedError({ name, span, hint: propertyHint(missing, environment.text) }, environment);
}

function propertyHint(
  { name, span, owner, path }: { name: string; span: Span; owner: unknown; path: Expression },
  text: string,
): string {
  const shownPath = text.slice(path.start, path.end);
  if (!isMap(owner) && owner !== null && findFilter(name) !== undefined) {
    return `. Write \`${shownPath} | ${name}\``;
  }
  if (owner === null) return `: \`${shownPath}\` is null`;
  if (isList(owner)) return `: the list has ${owner.length} items, counted from 0`;
  if (typeof owner === "string") {
    return `: \`${shownPath}\` is a text; if it is JSON, write \`fromJson(${shownPath}).${name}\``;
  }
  if (!isMap(owner)) return `: \`${shownPath}\` is ${typeNameOf(owner)}`;
  const isDashed = /^\s*-\s*[\p{L}_]/u.test(text.slice(span.end, span.end + 20));
  const dashed = isDashed && Object.keys(owner).find((key) => key.startsWith(`${name}-`));
  if (typeof dashed === "string") {
    return `. A name with \`-\` is written \`${shownPath}['${dashed}']\``;
  }
  return hintFor(name, Object.keys(owner), `\`${shownPath}\` has`);
}

/** For an error that nobody will see: explaining takes time, and this may happen in a loop. */
function unexplained(span: Span, environment: Environment): ExpressionError {
  return new ExpressionError("undefined", "Undefined", { text: environment.text, span });
}

function undefinedError(
  missing: { name: string; span: Span; hint: string },
  environment: Environment,
): ExpressionError {
  const { text, tag } = environment;
  const whole = text.slice(tag.start, tag.end).replaceAll(/\s+/g, " ");
  const shown = whole.length > MAX_SHOWN ? `${whole.slice(0, MAX_SHOWN)}…` : whole;
  const { line } = positionOf(text, missing.span.start);
  return new ExpressionError(
    "undefined",
    `Unable to find \`${missing.name}\` used in the expression \`${shown}\` at line ${line}${missing.hint}`,
    { text, span: missing.span },
  );
}

function hintFor(name: string, known: string[], lead: string): string {
  const near = nearestName(name, known);
  if (near !== null) return `. Did you mean \`${near}\`?`;
  if (known.length === 0) return `: ${lead} nothing`;
  const names = known.slice(0, MAX_NAMES).map((one) => `\`${one}\``);
  return `: ${lead} ${names.join(", ")}${known.length > MAX_NAMES ? ", …" : ""}`;
}
