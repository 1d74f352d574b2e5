import { ExpressionError, type Span } from "./expression-error.ts";
import { parseExpression, parseFilterCall } from "./parse-expression.ts";
import type { Segment } from "./segment.ts";
import type { Expression, FilterCall, IfBranch, MacroNode, TemplateNode } from "./syntax.ts";
import { TokenReader } from "./token-reader.ts";

const MAX_DEPTH = 100;

/** Tags of Pebble that flows have no use for: they read other templates or switch escaping. */
const FOREIGN_TAGS = new Set([
  "autoescape",
  "cache",
  "embed",
  "extends",
  "flush",
  "from",
  "import",
  "include",
  "parallel",
]);

const KNOWN_TAGS = "if, for, set, filter, macro, block, raw";

interface OpenTag extends Span {
  name: string;
  reader: TokenReader;
}

/** Builds the tree of a template from its segments. @throws ExpressionError */
export function parseNodes(text: string, segments: Segment[]): TemplateNode[] {
  const parser = new TagParser(text, segments);
  const { nodes, closing } = parser.body([]);
  if (closing !== null) throw parser.stray(closing);
  return nodes;
}

class TagParser {
  readonly #text: string;
  readonly #segments: Segment[];
  #index = 0;
  #depth = 0;

  constructor(text: string, segments: Segment[]) {
    this.#text = text;
    this.#segments = segments;
  }

  /** Reads up to a tag of these names, which is returned with its reader behind the name. */
  body(closers: string[]): { nodes: TemplateNode[]; closing: OpenTag | null } {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const segment = this.#segments[this.#index];
      if (segment === undefined) return { nodes, closing: null };
      this.#index += 1;
      if (segment.kind === "text") {
        nodes.push(segment);
        continue;
      }
      const { start, end } = segment;
      const reader = new TokenReader(this.#text, segment.tokens, { depth: this.#depth });
      if (segment.kind === "print") {
        nodes.push({ kind: "print", expression: whole(reader), start, end });
        continue;
      }
      const name = reader.expectName("the name of a tag").value;
      const tag = { name, reader, start, end };
      if (closers.includes(name)) return { nodes, closing: tag };
      if (name.startsWith("end") || name.startsWith("else")) return { nodes, closing: tag };
      nodes.push(this.#node(tag));
    }
  }

  stray(tag: OpenTag): ExpressionError {
    return this.#error(`\`${tag.name}\` closes nothing that is open here: remove it`, tag);
  }

  #node(tag: OpenTag): TemplateNode {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#error("Tags are nested too deeply", tag, "limit");
    const node = this.#nodeOf(tag);
    this.#depth -= 1;
    return node;
  }

  #nodeOf(tag: OpenTag): TemplateNode {
    switch (tag.name) {
      case "if":
        return this.#if(tag);
      case "for":
        return this.#for(tag);
      case "set":
        return this.#set(tag);
      case "filter":
        return this.#filter(tag);
      case "macro":
        return this.#macro(tag);
      case "block":
        return this.#block(tag);
      default:
        throw FOREIGN_TAGS.has(tag.name)
          ? this.#error(`The tag \`${tag.name}\` is not supported`, tag, "unsupported")
          : this.#error(`There is no tag \`${tag.name}\`; there are: ${KNOWN_TAGS}`, tag);
    }
  }

  /** The body of `tag` and the tag that closes it, which is one of `closers`. */
  #bodyOf(tag: OpenTag, closers: string[]): { nodes: TemplateNode[]; closing: OpenTag } {
    const { nodes, closing } = this.body(closers);
    if (closing === null) {
      throw this.#error(`\`${tag.name}\` is never closed: add \`{% end${tag.name} %}\``, tag);
    }
    if (!closers.includes(closing.name)) throw this.stray(closing);
    return { nodes, closing };
  }

  #if(tag: OpenTag): TemplateNode {
    const branches: IfBranch[] = [];
    let otherwise: TemplateNode[] = [];
    let open = tag;
    for (;;) {
      const condition = whole(open.reader);
      const { nodes, closing } = this.#bodyOf(tag, ["elseif", "else", "endif"]);
      branches.push({ condition, body: nodes });
      open = closing;
      if (closing.name === "elseif") continue;
      if (closing.name === "else") {
        closing.reader.expectEnd();
        const last = this.#bodyOf(tag, ["endif"]);
        otherwise = last.nodes;
        open = last.closing;
      }
      open.reader.expectEnd();
      return { kind: "if", branches, otherwise, start: tag.start, end: open.end };
    }
  }

  #for(tag: OpenTag): TemplateNode {
    const variable = newName(tag.reader);
    if (!tag.reader.takeName("in")) throw tag.reader.unexpected("`in`");
    const list = whole(tag.reader);
    let { nodes, closing } = this.#bodyOf(tag, ["else", "endfor"]);
    const body = nodes;
    let otherwise: TemplateNode[] = [];
    if (closing.name === "else") {
      closing.reader.expectEnd();
      ({ nodes, closing } = this.#bodyOf(tag, ["endfor"]));
      otherwise = nodes;
    }
    closing.reader.expectEnd();
    return { kind: "for", variable, list, body, otherwise, start: tag.start, end: closing.end };
  }

  #set(tag: OpenTag): TemplateNode {
    const name = newName(tag.reader);
    tag.reader.expectSymbol("=");
    return { kind: "set", name, value: whole(tag.reader), start: tag.start, end: tag.end };
  }

  #filter(tag: OpenTag): TemplateNode {
    const filters: FilterCall[] = [parseFilterCall(tag.reader)];
    while (tag.reader.takeSymbol("|")) filters.push(parseFilterCall(tag.reader));
    tag.reader.expectEnd();
    const { nodes, closing } = this.#bodyOf(tag, ["endfilter"]);
    closing.reader.expectEnd();
    return { kind: "filter", filters, body: nodes, start: tag.start, end: closing.end };
  }

  #macro(tag: OpenTag): TemplateNode {
    const { reader } = tag;
    const name = newName(reader);
    const parameters: MacroNode["parameters"] = [];
    reader.expectSymbol("(");
    while (!reader.isSymbol(")")) {
      if (parameters.length > 0) reader.expectSymbol(",");
      const parameter = newName(reader);
      const fallback = reader.takeSymbol("=") ? parseExpression(reader) : null;
      parameters.push({ name: parameter, fallback });
    }
    reader.next();
    reader.expectEnd();
    const { nodes, closing } = this.#bodyOf(tag, ["endmacro"]);
    if (!closing.reader.takeName(name)) closing.reader.expectEnd();
    return { kind: "macro", name, parameters, body: nodes, start: tag.start, end: closing.end };
  }

  #block(tag: OpenTag): TemplateNode {
    const token = tag.reader.next();
    if (token.type !== "name" && token.type !== "string") {
      throw this.#error("A block needs a name", token);
    }
    tag.reader.expectEnd();
    const { nodes, closing } = this.#bodyOf(tag, ["endblock"]);
    return { kind: "block", name: token.value, body: nodes, start: tag.start, end: closing.end };
  }

  #error(
    message: string,
    span: Span,
    kind: "syntax" | "limit" | "unsupported" = "syntax",
  ): ExpressionError {
    return new ExpressionError(kind, message, { text: this.#text, span });
  }
}

/** The expression that fills the rest of the tag. */
function whole(reader: TokenReader): Expression {
  if (reader.peek().type === "end") throw reader.unexpected("an expression");
  const expression = parseExpression(reader);
  if (reader.peek().type !== "end") throw reader.unexpected(`an operator or \`${reader.closer}\``);
  return expression;
}

const RESERVED = new Set(["true", "false", "null", "none", "not", "loop"]);

function newName(reader: TokenReader): string {
  const token = reader.expectName("a name");
  if (RESERVED.has(token.value)) {
    throw reader.error(`\`${token.value}\` has a meaning of its own: take another name`, token);
  }
  return token.value;
}
