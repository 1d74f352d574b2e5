import {
  type Document,
  isCollection,
  isNode,
  isScalar,
  LineCounter,
  type ParsedNode,
  parseDocument,
  visit,
} from "yaml";
import type { YAMLError } from "yaml";
import type { Problem } from "#lib/core/flow-view.ts";
import { unquotedExpressions } from "./unquoted.ts";
import { rangeOf, type YamlSource } from "./yaml-source.ts";

/** A flow's source has at most this many characters: parsing stays under a second. */
export const MAX_SOURCE_CHARACTERS = 1024 * 1024;

/** What is wrong with the YAML itself, and its value when it can be read. */
interface YamlReading {
  source: YamlSource | null;
  value: unknown;
  problems: Problem[];
}

/** Reads the YAML, keeping where everything stands. Never throws. */
export function readYaml(text: string): YamlReading {
  if (text.length > MAX_SOURCE_CHARACTERS) return refusedForSize(text.length);
  if (isTooDeep(text)) return { source: null, value: null, problems: [wholeProblem(TOO_DEEP)] };
  const lines = new LineCounter();
  let document: Document.Parsed<ParsedNode>;
  try {
    document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  } catch (error) {
    return { source: null, value: null, problems: [wholeProblem(notReadable(error))] };
  }
  const source = { text, document, lines };
  const unquoted = unquotedExpressions(source);
  const firstUnquoted = Math.min(...unquoted.map((problem) => problem.range.startLine));
  // YAML makes no sense of what follows such a slip, so its errors from there on say nothing.
  const syntax = document.errors
    .map((error) => syntaxProblem(source, error))
    .filter((problem) => problem.range.startLine < firstUnquoted);
  const problems = [
    ...unquoted,
    ...uniqueByLine(syntax),
    ...wrongAliases(source),
    ...keysThatAreNoText(source, firstUnquoted),
  ];
  if (problems.length > 0) return { source, value: null, problems };
  try {
    return { source, value: document.toJS(), problems };
  } catch (error) {
    return { source, value: null, problems: [wholeProblem(notReadable(error))] };
  }
}

const TOO_DEEP = "The flow is nested too deeply to be read. Write it flatter.";
/** No flow needs a tenth of it; the parser takes seconds to find out that it cannot go deeper. */
const MAX_OPEN_BRACKETS = 2000;

function isTooDeep(text: string): boolean {
  if (/(?:[-?:] ){200}/.test(text)) return true;
  let open = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "[" || character === "{") open += 1;
    else if (character === "]" || character === "}") open = Math.max(0, open - 1);
    if (open > MAX_OPEN_BRACKETS) return true;
  }
  return false;
}

function refusedForSize(length: number): YamlReading {
  const message =
    `The flow has ${length.toLocaleString("en")} characters; at most ` +
    `${MAX_SOURCE_CHARACTERS.toLocaleString("en")} (1 MiB) are allowed. Move data into files and ` +
    "hand them over as FILE inputs.";
  return { source: null, value: null, problems: [{ ...wholeProblem(message), code: "too-large" }] };
}

function wholeProblem(message: string): Problem {
  return {
    severity: "error",
    code: "yaml-syntax",
    message,
    path: "",
    range: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
  };
}

function notReadable(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  const isBomb = /alias/i.test(reason);
  return isBomb
    ? "The flow's aliases (`*name`) multiply to far too much. Write the repeated parts out."
    : `The flow cannot be read as YAML: ${reason}`;
}

/** One slip often breaks the rest of its line in several ways: the first says it. */
function uniqueByLine(problems: Problem[]): Problem[] {
  const seen = new Set<number>();
  return problems.filter((problem) => {
    const isFirst = !seen.has(problem.range.startLine) || problem.code === "duplicate-key";
    seen.add(problem.range.startLine);
    return isFirst;
  });
}

function wrongAliases(source: YamlSource): Problem[] {
  const problems: Problem[] = [];
  visit(source.document, {
    Alias(_, alias, path) {
      const target = alias.resolve(source.document);
      const isWithin = path.some((node) => node === target);
      if ((target !== undefined && !isWithin) || !alias.range) return;
      const name = alias.source;
      problems.push({
        ...wholeProblem(
          isWithin
            ? `\`*${name}\` stands within \`&${name}\` itself, which would never end. Take it out.`
            : `\`*${name}\` refers to \`&${name}\`, which is nowhere above it. Text that begins with \`*\` must be in quotes.`,
        ),
        range: rangeOf(source, alias.range[0], alias.range[1]),
      });
    },
  });
  return problems;
}

function keysThatAreNoText(source: YamlSource, before: number): Problem[] {
  const problems: Problem[] = [];
  visit(source.document, {
    Pair(_, { key }) {
      if (!isCollection(key) || !key.range) return;
      const range = rangeOf(source, key.range[0], key.range[1]);
      if (range.startLine >= before) return;
      problems.push({ ...wholeProblem("A key must be text, but this is a map or a list."), range });
    },
  });
  return problems;
}

const SAID_BY_CODE: Partial<Record<YAMLError["code"], string>> = {
  BAD_SCALAR_START:
    "Text cannot begin with this character unless it is in quotes. Put the whole text in quotes.",
  BLOCK_AS_IMPLICIT_KEY:
    "There is a second `: ` on this line. Put the text in quotes, or begin a new line after the first `:`.",
  TAB_AS_INDENT: "A tab is used to indent; YAML allows spaces only. Replace it with spaces.",
  MULTIPLE_DOCS: "A second document begins here (`---`). A flow is one document: remove the rest.",
  BAD_INDENT: "This line is not indented as those around it. Align it with them.",
  BAD_ALIAS: "Text that begins with `*` or `&` must be in quotes.",
  MULTILINE_IMPLICIT_KEY:
    "A key must be on one line and end with `:`. Is the `:` missing, or is the line indented wrongly?",
  MISSING_CHAR: "A closing character (quote, bracket or `:`) is missing.",
  UNEXPECTED_TOKEN: "This does not belong here. Text with special characters must be in quotes.",
};

function syntaxProblem(source: YamlSource, error: YAMLError): Problem {
  const [start, end] = error.pos;
  if (error.code === "DUPLICATE_KEY") return duplicateKey(source, start);
  if (/call stack/i.test(error.message)) {
    return wholeProblem(TOO_DEEP);
  }
  const said = SAID_BY_CODE[error.code];
  return {
    ...wholeProblem(said === undefined ? error.message : `${said} (${error.message})`),
    range: rangeOf(source, start, Math.max(end, start + 1)),
  };
}

function duplicateKey(source: YamlSource, start: number): Problem {
  let name = "";
  let end = start + 1;
  visit(source.document, {
    Pair(_, pair) {
      const { key } = pair;
      if (!isNode(key) || key.range?.[0] !== start) return;
      end = key.range[1];
      name = isScalar(key) ? String(key.value) : "";
    },
  });
  return {
    ...wholeProblem(
      `Duplicate field '${name}': the key is there twice in the same map, and only one can count. Remove or rename one of them.`,
    ),
    code: "duplicate-key",
    range: rangeOf(source, start, end),
  };
}
