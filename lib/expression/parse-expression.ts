import { ExpressionError } from "./expression-error.ts";
import type { Token } from "./lex.ts";
import type {
  Argument,
  BinaryOperator,
  Expression,
  FilterCall,
  LiteralExpression,
  UnaryOperator,
} from "./syntax.ts";
import { TokenReader } from "./token-reader.ts";

/** Of Pebble's own table; `|` and `is` are read on their own. Higher binds tighter. */
const PRECEDENCE = new Map<string, number>([
  ["or", 10],
  ["and", 15],
  ["is", 20],
  ["contains", 20],
  ["==", 30],
  ["equals", 30],
  ["!=", 30],
  [">", 30],
  ["<", 30],
  [">=", 30],
  ["<=", 30],
  ["in", 30],
  ["isIn", 30],
  ["not in", 30],
  ["+", 40],
  ["-", 40],
  ["*", 60],
  ["/", 60],
  ["%", 60],
  ["|", 100],
  ["~", 110],
  ["..", 120],
  ["??", 120],
  ["???", 120],
]);
const UNARY_PRECEDENCE = 500;
const MAX_DEPTH = 100;
/** Operators in one tag; walking through their tree takes as many levels of the stack at worst. */
const MAX_OPERATORS = 1500;

const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["TRUE", true],
  ["false", false],
  ["FALSE", false],
  ["null", null],
  ["NULL", null],
  ["none", null],
  ["NONE", null],
]);

/**
 * Reads one expression by precedence climbing.
 * @throws ExpressionError at the token that does not fit
 */
export function parseExpression(reader: TokenReader, minimum = 0): Expression {
  reader.depth += 1;
  if (reader.depth > MAX_DEPTH) throw tooDeep(reader);
  let left = parseOperand(reader);
  for (;;) {
    const operator = binaryOperatorAt(reader);
    if (operator === null || operator.precedence < minimum) break;
    countOperator(reader);
    left = parseOperation(reader, left, operator);
  }
  if (minimum === 0 && reader.takeSymbol("?")) left = parseTernary(reader, left);
  reader.depth -= 1;
  return left;
}

function countOperator(reader: TokenReader): void {
  reader.operators.count += 1;
  if (reader.operators.count > MAX_OPERATORS) throw tooDeep(reader);
}

function tooDeep(reader: TokenReader): ExpressionError {
  return new ExpressionError(
    "limit",
    "This expression is too long or nested too deeply: set parts of it to variables with `{% set %}`",
    { text: reader.text, span: reader.peek() },
  );
}

interface OperatorAhead {
  symbol: string;
  precedence: number;
  tokens: number;
}

function binaryOperatorAt(reader: TokenReader): OperatorAhead | null {
  const token = reader.peek();
  if (token.type !== "symbol" && token.type !== "name") return null;
  const isNotIn = token.value === "not" && (reader.isName("in", 1) || reader.isName("isIn", 1));
  const symbol = isNotIn ? "not in" : token.value;
  const precedence = PRECEDENCE.get(symbol);
  return precedence === undefined ? null : { symbol, precedence, tokens: isNotIn ? 2 : 1 };
}

function parseOperation(reader: TokenReader, left: Expression, ahead: OperatorAhead): Expression {
  for (let count = 0; count < ahead.tokens; count += 1) reader.next();
  if (ahead.symbol === "|") {
    const filter = parseFilterCall(reader);
    return { kind: "filter", target: left, filter, start: left.start, end: filter.end };
  }
  if (ahead.symbol === "is") return parseTest(reader, left);
  const right = parseExpression(reader, ahead.precedence + 1);
  return {
    kind: "binary",
    operator: operatorOf(ahead.symbol),
    left,
    right,
    start: left.start,
    end: right.end,
  };
}

function operatorOf(symbol: string): BinaryOperator {
  if (symbol === "equals") return "==";
  if (symbol === "isIn") return "in";
  // The keys of PRECEDENCE are these operators, but for those read above.
  return symbol as BinaryOperator;
}

function parseTernary(reader: TokenReader, condition: Expression): Expression {
  const yes = parseExpression(reader);
  reader.expectSymbol(":");
  const no = parseExpression(reader);
  return { kind: "ternary", condition, yes, no, start: condition.start, end: no.end };
}

/** `name` or `name(arguments)` after a `|`, or of a filter tag. */
export function parseFilterCall(reader: TokenReader): FilterCall {
  if (reader.isSymbol("|")) throw reader.error("`||` is not known here: write `or`", reader.peek());
  const name = reader.expectName("the name of a filter");
  const args = reader.isSymbol("(") ? parseArguments(reader) : [];
  return {
    name: name.value,
    nameSpan: { start: name.start, end: name.end },
    arguments: args,
    start: name.start,
    end: reader.lastEnd,
  };
}

function parseTest(reader: TokenReader, target: Expression): Expression {
  const isNegated = reader.takeName("not");
  const name = reader.expectName("the name of a test, for example `defined` or `empty`");
  const args = reader.isSymbol("(") ? parseArguments(reader) : [];
  return {
    kind: "test",
    target,
    name: name.value,
    nameSpan: { start: name.start, end: name.end },
    arguments: args,
    isNegated,
    start: target.start,
    end: reader.lastEnd,
  };
}

function parseOperand(reader: TokenReader): Expression {
  const token = reader.peek();
  const unary = unaryOperatorOf(token);
  if (unary !== null) {
    reader.next();
    const operand = parseExpression(reader, UNARY_PRECEDENCE);
    return { kind: "unary", operator: unary, operand, start: token.start, end: operand.end };
  }
  return parsePostfix(reader, parsePrimary(reader));
}

function unaryOperatorOf(token: Token): UnaryOperator | null {
  if (token.type === "name" && token.value === "not") return "not";
  if (token.type !== "symbol") return null;
  return token.value === "-" || token.value === "+" ? token.value : null;
}

function parsePrimary(reader: TokenReader): Expression {
  const token = reader.peek();
  const { start, end } = token;
  if (token.type === "string") return parseString(reader);
  if (token.type === "number") return parseNumber(reader);
  if (token.type === "name") {
    reader.next();
    const literal = LITERALS.get(token.value);
    if (literal !== undefined)
      return { kind: "literal", value: literal, isDecimal: false, start, end };
    if (!reader.isSymbol("(")) return { kind: "variable", name: token.value, start, end };
    const args = parseArguments(reader);
    const nameSpan = { start, end };
    return {
      kind: "call",
      name: token.value,
      nameSpan,
      arguments: args,
      start,
      end: reader.lastEnd,
    };
  }
  if (reader.takeSymbol("(")) {
    const inner = parseExpression(reader);
    return { ...inner, start, end: reader.expectSymbol(")").end };
  }
  if (reader.isSymbol("[")) return parseList(reader);
  if (reader.isSymbol("{")) return parseMap(reader);
  throw reader.unexpected("a value");
}

function parseNumber(reader: TokenReader): LiteralExpression {
  const token = reader.next();
  const value = Number(token.value.replace("L", ""));
  if (!token.value.includes(".") && !Number.isSafeInteger(value)) {
    throw reader.error("This number has too many digits to be exact: write it as a string", token);
  }
  return {
    kind: "literal",
    value,
    isDecimal: token.value.includes("."),
    start: token.start,
    end: token.end,
  };
}

function parseString(reader: TokenReader): Expression {
  const { parts, value, start, end } = reader.next();
  if (parts === undefined) return { kind: "literal", value, isDecimal: false, start, end };
  for (const _ of parts) countOperator(reader);
  return parts
    .map((part): Expression => {
      if (typeof part === "string") {
        return { kind: "literal", value: part, isDecimal: false, start, end };
      }
      const inner = new TokenReader(reader.text, part, reader);
      const expression = parseExpression(inner);
      inner.expectEnd();
      return expression;
    })
    .reduce((left, right) => ({ kind: "binary", operator: "~", left, right, start, end }));
}

function parseList(reader: TokenReader): Expression {
  const { start } = reader.expectSymbol("[");
  const items: Expression[] = [];
  while (!reader.isSymbol("]")) {
    if (items.length > 0) reader.expectSymbol(",");
    items.push(parseExpression(reader));
  }
  return { kind: "list", items, start, end: reader.next().end };
}

function parseMap(reader: TokenReader): Expression {
  const { start } = reader.expectSymbol("{");
  const entries: { key: Expression; value: Expression }[] = [];
  while (!reader.isSymbol("}")) {
    if (entries.length > 0) reader.expectSymbol(",");
    const key = parseExpression(reader);
    reader.expectSymbol(":");
    entries.push({ key, value: parseExpression(reader) });
  }
  return { kind: "map", entries, start, end: reader.next().end };
}

function parsePostfix(reader: TokenReader, primary: Expression): Expression {
  let target = primary;
  for (;;) {
    if (reader.takeSymbol(".")) {
      const name = reader.expectName("the name of a property");
      if (reader.isSymbol("(")) throw methodCall(reader, name);
      const { start, end } = name;
      const key: Expression = { kind: "literal", value: name.value, isDecimal: false, start, end };
      target = { kind: "attribute", target, key, start: target.start, end };
    } else if (reader.takeSymbol("[")) {
      const key = parseExpression(reader);
      const { end } = reader.expectSymbol("]");
      target = { kind: "attribute", target, key, start: target.start, end };
    } else {
      return target;
    }
    countOperator(reader);
  }
}

function methodCall(reader: TokenReader, name: Token): ExpressionError {
  return reader.error(
    `Values have no methods: write \`| ${name.value}\` if there is such a filter`,
    name,
  );
}

function parseArguments(reader: TokenReader): Argument[] {
  reader.expectSymbol("(");
  const list: Argument[] = [];
  while (!reader.isSymbol(")")) {
    if (list.length > 0) reader.expectSymbol(",");
    const token = reader.peek();
    const isNamed = token.type === "name" && reader.isSymbol("=", 1);
    if (isNamed) {
      reader.next();
      reader.next();
    } else if (list.some((argument) => argument.name !== null)) {
      throw reader.error("Arguments without a name come before those with one", token);
    }
    list.push({ name: isNamed ? token.value : null, value: parseExpression(reader) });
  }
  reader.next();
  return list;
}
