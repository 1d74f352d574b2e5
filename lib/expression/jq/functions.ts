import { CallError } from "../call-error.ts";
import type { Meter } from "../meter.ts";
import { nearestName } from "../nearest-name.ts";
import { compileRegex } from "../regex/compile.ts";
import { findMatch, findMatches } from "../regex/match.ts";
import { isList, isMap, jsonOf, mapOf, textOf } from "../value.ts";
import { arithmetic } from "./arithmetic.ts";
import { compareJq, jqType } from "./value-order.ts";

interface JqCall {
  context: { meter: Meter };
  /** The results of an argument, with this input. */
  run(position: number, input: unknown): IterableIterator<unknown>;
}

type JqFunction = (input: unknown, call: JqCall) => Iterable<unknown>;

/** One result, from the input alone. */
function simple(compute: (input: unknown) => unknown): JqFunction {
  return (input) => [compute(input)];
}

/** One result for each result of the only argument. */
function each(compute: (input: unknown, argument: unknown, meter: Meter) => unknown): JqFunction {
  return function* (input, call) {
    for (const argument of call.run(0, input)) yield compute(input, argument, call.context.meter);
  };
}

/** A list, and what its argument gives for each item. */
function byKey(compute: (rows: { item: unknown; key: unknown }[]) => unknown): JqFunction {
  return (input, call) => [
    compute(listOf(input).map((item) => ({ item, key: [...call.run(0, item)] }))),
  ];
}

/** By name and number of arguments, as jq knows them. */
const functions: Record<string, JqFunction> = {
  "empty/0": () => [],
  "not/0": simple((input) => input === null || input === false),
  "length/0": simple(lengthOf),
  "keys/0": simple((input) => keysOf(input).toSorted(compareJq)),
  "keys_unsorted/0": simple(keysOf),
  "values/0": (input) => (input === null ? [] : [input]),
  "type/0": simple(jqType),
  "add/0": simple((input) =>
    itemsOf(input).reduce((sum, item) => arithmetic("+", sum, item), null),
  ),
  "any/0": simple((input) => listOf(input).some(isTrue)),
  "all/0": simple((input) => listOf(input).every(isTrue)),
  "any/1": (input, call) => [listOf(input).some((item) => [...call.run(0, item)].some(isTrue))],
  "all/1": (input, call) => [listOf(input).every((item) => [...call.run(0, item)].every(isTrue))],
  "first/0": simple((input) => listOf(input)[0] ?? null),
  "last/0": simple((input) => listOf(input).at(-1) ?? null),
  "first/1": function* (input, call) {
    const { done, value } = call.run(0, input).next();
    if (done !== true) yield value;
  },
  "last/1": (input, call) => [...call.run(0, input)].slice(-1),
  "nth/1": each((input, argument) => listOf(input)[numberOf(argument)] ?? null),
  "range/1": function* (input, call) {
    for (const end of call.run(0, input)) yield* range(0, numberOf(end), call.context.meter);
  },
  "range/2": function* (input, call) {
    for (const start of call.run(0, input)) {
      for (const end of call.run(1, input)) {
        yield* range(numberOf(start), numberOf(end), call.context.meter);
      }
    }
  },
  "select/1": function* (input, call) {
    for (const value of call.run(0, input)) if (isTrue(value)) yield input;
  },
  "map/1": (input, call) => [itemsOf(input).flatMap((item) => [...call.run(0, item)])],
  "map_values/1": (input, call) => [
    isMap(input)
      ? mapOf(
          Object.entries(input).flatMap(([key, value]) =>
            [...call.run(0, value)].slice(0, 1).map((result) => [key, result] as const),
          ),
        )
      : listOf(input).flatMap((item) => [...call.run(0, item)].slice(0, 1)),
  ],
  "recurse/0": function* recurse(input, call): Iterable<unknown> {
    call.context.meter.step();
    yield input;
    if (isList(input) || isMap(input))
      for (const item of itemsOf(input)) yield* recurse(item, call);
  },
  "has/1": each((input, key) => keysOf(input).some((known) => known === key)),
  "in/1": each((input, container) => keysOf(container).some((known) => known === input)),
  "contains/1": each((input, other, meter) => {
    meter.chargeProduct(meter.charge(input), meter.charge(other));
    return containsJq(input, other);
  }),
  "inside/1": each((input, other, meter) => {
    meter.chargeProduct(meter.charge(input), meter.charge(other));
    return containsJq(other, input);
  }),
  "sort/0": simple((input) => listOf(input).toSorted(compareJq)),
  "sort_by/1": byKey((rows) => sorted(rows).map(({ item }) => item)),
  "group_by/1": byKey((rows) => groups(rows).map((group) => group.map(({ item }) => item))),
  "unique/0": simple((input) => unique(listOf(input).map((item) => ({ item, key: item })))),
  "unique_by/1": byKey(unique),
  "min/0": simple((input) => listOf(input).toSorted(compareJq)[0] ?? null),
  "max/0": simple((input) => listOf(input).toSorted(compareJq).at(-1) ?? null),
  "min_by/1": byKey((rows) => sorted(rows)[0]?.item ?? null),
  "max_by/1": byKey((rows) => sorted(rows).at(-1)?.item ?? null),
  "reverse/0": simple((input) =>
    typeof input === "string"
      ? Array.from(input).toReversed().join("")
      : listOf(input ?? []).toReversed(),
  ),
  "flatten/0": simple((input) => listOf(input).flat(100)),
  "flatten/1": each((input, depth) => listOf(input).flat(numberOf(depth))),
  "to_entries/0": simple(entriesOf),
  "from_entries/0": simple(fromEntries),
  "with_entries/1": (input, call) => [
    fromEntries(entriesOf(input).flatMap((entry) => [...call.run(0, entry)])),
  ],
  "tostring/0": simple((input) => (typeof input === "string" ? input : jsonOf(input))),
  "tonumber/0": simple(toNumber),
  "tojson/0": simple((input) => jsonOf(input)),
  "fromjson/0": simple(fromJson),
  "ascii_downcase/0": simple((input) => stringOf(input).toLowerCase()),
  "ascii_upcase/0": simple((input) => stringOf(input).toUpperCase()),
  "startswith/1": each((input, start) => stringOf(input).startsWith(stringOf(start))),
  "endswith/1": each((input, end) => stringOf(input).endsWith(stringOf(end))),
  "ltrimstr/1": each((input, start) =>
    stringOf(input).startsWith(stringOf(start))
      ? stringOf(input).slice(stringOf(start).length)
      : input,
  ),
  "rtrimstr/1": each((input, end) =>
    stringOf(end) !== "" && stringOf(input).endsWith(stringOf(end))
      ? stringOf(input).slice(0, -stringOf(end).length)
      : input,
  ),
  "trim/0": simple((input) => stringOf(input).trim()),
  "join/1": each((input, separator, meter) => {
    const texts = listOf(input).map(textOf);
    meter.checkCharacters(meter.charge(input) + texts.length * stringOf(separator).length);
    return texts.join(stringOf(separator));
  }),
  "split/1": each((input, separator, meter) => {
    meter.chargeProduct(stringOf(input).length, stringOf(separator).length);
    return stringOf(input).split(stringOf(separator));
  }),
  "explode/0": simple((input) => Array.from(stringOf(input), (one) => one.codePointAt(0))),
  "test/1": each(
    (input, pattern, meter) =>
      findMatch(compileRegex(stringOf(pattern)), stringOf(input), 0, meter) !== null,
  ),
  "scan/1": function* (input, call) {
    for (const pattern of call.run(0, input)) {
      const found = findMatches(
        compileRegex(stringOf(pattern)),
        stringOf(input),
        call.context.meter,
      );
      for (const { groups: all } of found) yield all.length === 1 ? all[0] : all.slice(1);
    }
  },
  "floor/0": simple((input) => Math.floor(numberOf(input))),
  "ceil/0": simple((input) => Math.ceil(numberOf(input))),
  "round/0": simple((input) => Math.round(numberOf(input))),
  "abs/0": simple((input) => Math.abs(numberOf(input))),
  "strings/0": (input) => (typeof input === "string" ? [input] : []),
  "numbers/0": (input) => (typeof input === "number" ? [input] : []),
  "booleans/0": (input) => (typeof input === "boolean" ? [input] : []),
  "nulls/0": (input) => (input === null ? [input] : []),
  "arrays/0": (input) => (isList(input) ? [input] : []),
  "objects/0": (input) => (isMap(input) ? [input] : []),
  "error/1": each(() => {
    throw new CallError("jq: `error` was called");
  }),
};

/** @throws CallError when there is no such function, or not with so many arguments */
export function findJqFunction(name: string, count: number): JqFunction {
  const key = `${name}/${count}`;
  const found = Object.hasOwn(functions, key) ? functions[key] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(functions).map((one) => one.slice(0, one.indexOf("/")));
  const near = names.includes(name) ? null : nearestName(name, names);
  throw new CallError(
    `jq: \`${name}\` with ${count} arguments is not supported${near === null ? "" : `. Did you mean \`${near}\`?`}`,
    { kind: "unsupported" },
  );
}

function isTrue(value: unknown): boolean {
  return value !== null && value !== false;
}

function listOf(value: unknown): unknown[] {
  if (isList(value)) return value;
  throw new CallError(`jq: a list is needed, not ${jqType(value)}`);
}

function itemsOf(value: unknown): unknown[] {
  return isMap(value) ? Object.values(value) : listOf(value);
}

function stringOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw new CallError(`jq: a text is needed, not ${jqType(value)}`);
}

function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  throw new CallError(`jq: a number is needed, not ${jqType(value)}`);
}

function keysOf(value: unknown): (string | number)[] {
  if (isMap(value)) return Object.keys(value);
  return listOf(value).map((_, index) => index);
}

function lengthOf(value: unknown): number {
  if (value === null) return 0;
  if (typeof value === "number") return Math.abs(value);
  if (typeof value === "string") return Array.from(value).length;
  return itemsOf(value).length;
}

function* range(start: number, end: number, meter: Meter): Generator<number> {
  for (let value = start; value < end; value += 1) {
    meter.step();
    yield value;
  }
}

interface Row {
  item: unknown;
  key: unknown;
}

function sorted(rows: Row[]): Row[] {
  return rows.toSorted((left, right) => compareJq(left.key, right.key));
}

function groups(rows: Row[]): Row[][] {
  const found: Row[][] = [];
  for (const row of sorted(rows)) {
    const last = found.at(-1);
    if (last !== undefined && compareJq(last[0]?.key, row.key) === 0) last.push(row);
    else found.push([row]);
  }
  return found;
}

function unique(rows: Row[]): unknown[] {
  return groups(rows).map((group) => group[0]?.item);
}

function containsJq(left: unknown, right: unknown): boolean {
  if (typeof left === "string" && typeof right === "string") return left.includes(right);
  if (isList(left) && isList(right)) {
    return right.every((wanted) => left.some((item) => containsJq(item, wanted)));
  }
  if (isMap(left) && isMap(right)) {
    return Object.entries(right).every(
      ([key, wanted]) => Object.hasOwn(left, key) && containsJq(left[key], wanted),
    );
  }
  return compareJq(left, right) === 0;
}

function entriesOf(value: unknown): { key: string; value: unknown }[] {
  if (!isMap(value)) throw new CallError(`jq: a map is needed, not ${jqType(value)}`);
  return Object.entries(value).map(([key, entry]) => ({ key, value: entry }));
}

function fromEntries(value: unknown): unknown {
  return mapOf(
    listOf(value).map((entry) => {
      if (!isMap(entry)) throw new CallError("jq: `from_entries` needs a list of maps");
      const key = entry["key"] ?? entry["k"] ?? entry["name"] ?? null;
      return [key === null ? "null" : textOf(key), entry["value"] ?? entry["v"] ?? null];
    }),
  );
}

function toNumber(value: unknown): number {
  if (typeof value === "number") return value;
  const text = stringOf(value).trim();
  if (text.length > 1000) throw new CallError("jq: the text is not a number");
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) {
    throw new CallError("jq: the text is not a number");
  }
  return Number(text);
}

function fromJson(value: unknown): unknown {
  try {
    return JSON.parse(stringOf(value));
  } catch (error) {
    if (error instanceof CallError) throw error;
    throw new CallError("jq: the text is not valid JSON", { cause: error });
  }
}
