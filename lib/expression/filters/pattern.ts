import { CallError } from "../call-error.ts";
import type { CallContext, FilterDefinition } from "../call.ts";
import type { Meter } from "../meter.ts";
import { compileRegex } from "../regex/compile.ts";
import { findMatches, type RegexMatch } from "../regex/match.ts";
import { isMap, textOf, typeNameOf } from "../value.ts";
import { changeTexts } from "./text.ts";

/** A pattern without any of these stands for itself. */
const SPECIAL = /[\\^$.|?*+()[\]{}]/;

export const patternFilters: Record<string, FilterDefinition> = {
  replace: {
    about: "Texts replaced by others; with `regexp` the keys are regular expressions.",
    parameters: ["replace_pairs", "regexp?"],
    example: ["{{ 'a1b22' | replace({'\\d+': '-'}, regexp=true) }}", "a-b-"],
    apply: (input, args, context) => {
      const pairs = args.value("replace_pairs");
      if (!isMap(pairs)) {
        throw new CallError(
          `\`replace_pairs\` must be a map such as {'old': 'new'}, but is ${typeNameOf(pairs)}`,
        );
      }
      const isRegex = args.boolean("regexp");
      return changeTexts(input, (text) =>
        replaceAll(text, Object.entries(pairs), isRegex, context),
      );
    },
  },
  split: {
    about: "Cut into a list at a separator, which is a regular expression.",
    parameters: ["delimiter", "limit?"],
    example: ["{{ 'a, b,c' | split(',\\s*') }}", '["a","b","c"]'],
    apply: (input, args, { meter }) =>
      split(textOf(input), args.text("delimiter"), args.integer("limit", 0), meter),
  },
};

function replaceAll(
  text: string,
  pairs: [string, unknown][],
  isRegex: boolean,
  { meter }: CallContext,
): string {
  let result = text;
  for (const [from, to] of pairs) {
    const replacement = textOf(to);
    result = isRegex
      ? replaceMatches(result, from, replacement, meter)
      : replaceText(result, from, replacement, meter);
  }
  return result;
}

function replaceText(text: string, from: string, to: string, meter: Meter): string {
  meter.chargeProduct(text.length, from.length);
  const pieces = text.split(from);
  meter.checkCharacters(text.length + pieces.length * to.length);
  return from === "" ? to + pieces.join(to) + to : pieces.join(to);
}

function replaceMatches(text: string, pattern: string, to: string, meter: Meter): string {
  const program = compileRegex(pattern);
  const pieces: string[] = [];
  let done = 0;
  let length = text.length;
  for (const match of findMatches(program, text, meter)) {
    const inserted = expand(to, match, program.groupNames);
    length += inserted.length;
    meter.checkCharacters(length);
    pieces.push(text.slice(done, match.start), inserted);
    done = match.end;
  }
  return pieces.join("") + text.slice(done);
}

/** As in Java: `$1` and `${name}` stand for groups, a backslash takes the meaning of what follows. */
function expand(to: string, match: RegexMatch, names: ReadonlyMap<string, number>): string {
  return to.replaceAll(
    /\\(.)|\$(?:(\d)|\{(\w+)\})|[\\$]/gs,
    (all, escaped?: string, digit?: string, name?: string) => {
      if (escaped !== undefined) return escaped;
      const index = digit === undefined ? names.get(name ?? "") : Number(digit);
      if (index === undefined || index >= match.groups.length) {
        throw new CallError(
          `The replacement refers to a group that the pattern does not have: \`${all}\`; a plain \`$\` is written \`\\$\``,
        );
      }
      return match.groups[index] ?? "";
    },
  );
}

/** As `String.split` of Java: without a limit, empty texts at the end are left out. */
function split(text: string, pattern: string, limit: number, meter: Meter): string[] {
  const pieces: string[] = [];
  let done = 0;
  for (const { start, end } of separatorsIn(text, pattern, meter)) {
    if (limit > 0 && pieces.length === limit - 1) break;
    const isEmptyAtStart = end === 0;
    if (isEmptyAtStart || (start === end && end >= text.length)) continue;
    pieces.push(text.slice(done, start));
    done = end;
  }
  pieces.push(text.slice(done));
  if (limit === 0 && pieces.length > 1) while (pieces.at(-1) === "") pieces.pop();
  return pieces;
}

function* separatorsIn(
  text: string,
  pattern: string,
  meter: Meter,
): Generator<{ start: number; end: number }, void> {
  if (pattern === "" || SPECIAL.test(pattern)) {
    yield* findMatches(compileRegex(pattern), text, meter);
    return;
  }
  meter.chargeProduct(text.length, pattern.length);
  for (let at = text.indexOf(pattern); at !== -1; at = text.indexOf(pattern, at + pattern.length)) {
    yield { start: at, end: at + pattern.length };
  }
}
