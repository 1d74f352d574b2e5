import { checkTemplate } from "#lib/expression/check.ts";
import type { ExpressionError, Span } from "#lib/expression/expression-error.ts";
import type { VariableReference } from "#lib/expression/references.ts";
import type { Problem, SourceRange } from "#lib/core/flow-view.ts";
import { type ExpressionPlace, expressionPlaces } from "./expression-places.ts";
import {
  type KnownNames,
  type ReferenceProblem,
  referenceProblem,
} from "./expression-references.ts";
import { sourceOffsets } from "./scalar-offsets.ts";
import type { TaskCatalogue } from "./task-catalogue.ts";
import { pathText, rangeOf, type YamlSource } from "./yaml-source.ts";

/**
 * Syntax errors, and references to inputs, variables and outputs that are not there, in every text of
 * the flow that is evaluated: each at its own line and column.
 */
export function expressionProblems(
  source: YamlSource,
  known: KnownNames,
  catalogue: TaskCatalogue,
): Problem[] {
  return expressionPlaces(source, catalogue).flatMap((place) => {
    const { problems, references } = checkTemplate(place.text);
    const variables = references.filter((one): one is VariableReference => one.kind === "variable");
    const found = variables.flatMap((reference) => wrongReference(place, reference, known));
    if (problems.length === 0 && found.length === 0) return [];
    const inSource = { place, source, offsets: sourceOffsets(source.text, place.scalar) };
    return [
      ...problems.map((error) => syntaxProblem(inSource, error)),
      ...found.map((wrong) => unknownProblem(inSource, wrong)),
    ];
  });
}

interface PlaceInSource {
  place: ExpressionPlace;
  source: YamlSource;
  /** Of each character of the text in the source. */
  offsets: Uint32Array;
}

function syntaxProblem(at: PlaceInSource, error: ExpressionError): Problem {
  const { place } = at;
  const isUnsupported = error.kind === "unsupported";
  return {
    // A variable is evaluated only when something renders it; it may be meant for another program.
    severity: place.isDeferred && !isUnsupported ? "warning" : "error",
    code: isUnsupported ? "unsupported" : "expression-syntax",
    message: `${error.message.replace(/\.?$/, ".")}${adviceOn(error)}`,
    path: pathText(place.path),
    range: rangeIn(at, error.offset, error.offset + error.length),
  };
}

function adviceOn(error: ExpressionError): string {
  if (error.kind === "unsupported") {
    return " The flow can be saved, but it cannot run until this is removed.";
  }
  return error.kind === "syntax"
    ? " Text that is meant for another program goes between `{% raw %}` and `{% endraw %}`."
    : "";
}

interface WrongReference {
  found: ReferenceProblem;
  segment: Span;
}

function wrongReference(
  place: ExpressionPlace,
  reference: VariableReference,
  known: KnownNames,
): WrongReference[] {
  const found = referenceProblem(reference, known, place.task);
  const segment = found === null ? undefined : reference.segments[found.segment];
  return found === null || segment === undefined ? [] : [{ found, segment }];
}

function unknownProblem(at: PlaceInSource, { found, segment }: WrongReference): Problem {
  const { place } = at;
  const { near } = found;
  const range = rangeIn(at, segment.start, segment.end);
  const written = place.text.slice(segment.start, segment.end);
  const isName = near !== null && /^\w+$/.test(written) && /^\w+$/.test(near);
  return {
    severity: place.isDeferred ? "warning" : found.severity,
    code: found.code,
    message: found.message,
    path: pathText(place.path),
    range,
    ...(isName ? { fix: { title: `Use ${near}`, edits: [{ range, text: near }] } } : {}),
  };
}

function rangeIn({ source, offsets }: PlaceInSource, start: number, end: number): SourceRange {
  const first = offsets[start] ?? 0;
  const last = end > start ? (offsets[end - 1] ?? first) + 1 : first;
  return rangeOf(source, first, last);
}
