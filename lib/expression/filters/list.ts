import { CallError } from "../call-error.ts";
import type { FilterDefinition } from "../call.ts";
import { compareValues } from "../compare.ts";
import { isList, isMap, jsonOf, mapOf, textOf, typeNameOf } from "../value.ts";

export const listFilters: Record<string, FilterDefinition> = {
  chunk: {
    about: "Cut into lists of so many items.",
    parameters: ["size"],
    example: ["{{ [1, 2, 3] | chunk(2) }}", "[[1,2],[3]]"],
    apply: (input, args) => chunk(listOf(input), args.integer("size")),
  },
  distinct: {
    about: "Without repeated items.",
    parameters: [],
    example: ["{{ [1, 2, 1, '1'] | distinct }}", '[1,2,"1"]'],
    apply: (input) => distinct(listOf(input)),
  },
  first: {
    about: "The first item of a list or character of a text; null when it is empty.",
    parameters: [],
    example: ["{{ [1, 2] | first }}", "1"],
    apply: (input) => itemsOf(input)[0] ?? null,
  },
  flatten: {
    about: "Lists in the list are replaced by their items, one level deep.",
    parameters: [],
    example: ["{{ [1, [2, [3]]] | flatten }}", "[1,2,[3]]"],
    apply: (input) => listOf(input).flat(),
  },
  join: {
    about: "The items as one text, with a separator between them.",
    parameters: ["separator?"],
    example: ["{{ ['a', 'b'] | join(', ') }}", "a, b"],
    apply: (input, args, { meter }) => {
      const texts = listOf(input).map(textOf);
      const separator = args.text("separator");
      const length = texts.reduce((sum, text) => sum + text.length + separator.length, 0);
      meter.checkCharacters(length);
      return texts.join(separator);
    },
  },
  keys: {
    about: "The keys of a map, or the indexes of a list.",
    parameters: [],
    example: ["{{ {'a': 1, 'b': 2} | keys }}", '["a","b"]'],
    apply: (input) =>
      isList(input) ? input.map((_, index) => index) : Object.keys(mapFrom(input)),
  },
  last: {
    about: "The last item of a list or character of a text; null when it is empty.",
    parameters: [],
    example: ["{{ [1, 2] | last }}", "2"],
    apply: (input) => itemsOf(input).at(-1) ?? null,
  },
  length: {
    about: "How many items or characters.",
    parameters: [],
    example: ["{{ 'abc' | length }}", "3"],
    takesNull: true,
    apply: (input) => {
      if (typeof input === "string" || isList(input)) return input.length;
      return isMap(input) ? Object.keys(input).length : 0;
    },
  },
  merge: {
    about: "Two lists one after the other, or two maps, the second winning.",
    parameters: ["items"],
    example: ["{{ {'a': 1, 'b': 2} | merge({'a': 3}) }}", '{"a":3,"b":2}'],
    takesNull: true,
    apply: (input, args) => merge(input, args.value("items")),
  },
  reverse: {
    about: "From the last item or character to the first.",
    parameters: [],
    example: ["{{ [1, 2, 3] | reverse }}", "[3,2,1]"],
    apply: (input) => {
      const reversed = itemsOf(input).toReversed();
      return typeof input === "string" ? reversed.join("") : reversed;
    },
  },
  rsort: {
    about: "Sorted, the greatest first.",
    parameters: [],
    example: ["{{ [1, 3, 2] | rsort }}", "[3,2,1]"],
    apply: (input) => listOf(input).toSorted((left, right) => compareValues(right, left)),
  },
  slice: {
    about: "The items or characters from one index to before another.",
    parameters: ["fromIndex?", "toIndex?"],
    example: ["{{ 'abcdef' | slice(1, 3) }}", "bc"],
    apply: (input, args) => {
      const items = typeof input === "string" ? input : listOf(input);
      const from = args.integer("fromIndex", 0);
      const to = args.integer("toIndex", items.length);
      checkSlice(from, to, items.length);
      return items.slice(from, to);
    },
  },
  sort: {
    about: "Sorted, the smallest first.",
    parameters: [],
    example: ["{{ [3, 1, 2] | sort }}", "[1,2,3]"],
    apply: (input) => listOf(input).toSorted(compareValues),
  },
  values: {
    about: "The values of a map.",
    parameters: [],
    example: ["{{ {'a': 1, 'b': 2} | values }}", "[1,2]"],
    apply: (input) => Object.values(mapFrom(input)),
  },
};

function listOf(value: unknown): unknown[] {
  if (isList(value)) return value;
  throw new CallError(
    `This needs a list, not ${typeNameOf(value)}${typeof value === "string" ? ": turn a JSON text into a list with `fromJson(…)`" : ""}`,
  );
}

function mapFrom(value: unknown): Record<string, unknown> {
  if (isMap(value)) return value;
  throw new CallError(`This needs a map, not ${typeNameOf(value)}`);
}

/** The items of a list, or the characters of a text. */
function itemsOf(value: unknown): unknown[] {
  return typeof value === "string" ? Array.from(value) : listOf(value);
}

function chunk(list: unknown[], size: number): unknown[][] {
  if (size < 1) throw new CallError("`size` must be 1 or more");
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, index) => list.slice(index * size, (index + 1) * size));
}

function distinct(list: unknown[]): unknown[] {
  const seen = new Set<string>();
  return list.filter((item) => {
    const key = jsonOf(item);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

function merge(left: unknown, right: unknown): unknown {
  if (left === null && right === null) throw new CallError("Both sides are null");
  if (left === null || right === null) return left ?? right;
  if (isList(left)) {
    const added = isMap(right)
      ? Object.entries(right).map(([key, value]) => ({ key, value }))
      : right;
    return [...left, ...listOf(added)];
  }
  const added = isList(right)
    ? right.map((item) => [textOf(item), item] as const)
    : Object.entries(mapFrom(right));
  return mapOf([...Object.entries(mapFrom(left)), ...added]);
}

function checkSlice(from: number, to: number, length: number): void {
  if (from < 0) throw new CallError("`fromIndex` cannot be negative");
  if (to > length)
    throw new CallError(`\`toIndex\` is greater than the length, which is ${length}`);
  if (from > to) throw new CallError("`toIndex` is smaller than `fromIndex`");
}
