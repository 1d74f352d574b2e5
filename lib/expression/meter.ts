import { setImmediate } from "node:timers/promises";
import { CallError } from "./call-error.ts";
import type { Budget } from "./scope.ts";
import { isData, isList, isMap, ownValuesOf } from "./value.ts";

/** Enough for any real flow; a runaway ends within about a second. */
export const DEFAULT_BUDGET: Budget = {
  steps: 200_000,
  characters: 10 * 1024 * 1024,
  depth: 100,
};

/** Reading this many characters costs as much as one step. */
const CHARACTERS_PER_STEP = 4096;

/** Comparing so many pairs, of characters or items, costs as much as one step. */
const COMPARISONS_PER_STEP = 20_000;

interface Size {
  /** About the characters of its JSON. */
  characters: number;
  depth: number;
}

/** Steps after which others get their turn: some milliseconds of work. */
const STEPS_PER_TURN = 2000;

/** Counts what an evaluation costs, and ends it at its budget. */
export class Meter {
  readonly #budget: Budget;
  #steps = 0;
  #nextTurn = STEPS_PER_TURN;
  #depth = 0;
  /**
   * Values are never changed once made, so their size is known for good. Without it, a list that
   * holds the same list twice, again and again, would take for ever to measure.
   */
  readonly #sizes = new WeakMap<object, Size>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  get budget(): Budget {
    return this.#budget;
  }

  step(count = 1): void {
    this.#steps += count;
    if (this.#steps > this.#budget.steps) {
      throw limit(`This takes more than ${this.#budget.steps} steps: make it do less`);
    }
  }

  /** Counts a step, and lets the rest of the process work when this has been long. */
  async stepAsync(): Promise<void> {
    this.step();
    if (this.#steps < this.#nextTurn) return;
    this.#nextTurn = this.#steps + STEPS_PER_TURN;
    await setImmediate();
  }

  /** Goes one level deeper; call `leave` afterwards. */
  enter(): void {
    this.#depth += 1;
    if (this.#depth > this.#budget.depth) {
      throw limit(`This calls itself more than ${this.#budget.depth} levels deep`);
    }
  }

  leave(): void {
    this.#depth -= 1;
  }

  /**
   * Refuses a value over the limits, and counts the work of walking through it.
   * @returns about the characters of its JSON
   */
  charge(value: unknown): number {
    const { characters } = this.#sizeOf(value, 0);
    if (characters > CHARACTERS_PER_STEP) this.step(Math.ceil(characters / CHARACTERS_PER_STEP));
    return characters;
  }

  /** Counts work that may take as long as one size times another, such as searching. */
  chargeProduct(first: number, second: number): void {
    this.step(Math.floor((first * second) / COMPARISONS_PER_STEP));
  }

  /** Refuses a text that would get longer than the limit, before it is made. */
  checkCharacters(characters: number): void {
    if (characters > this.#budget.characters) {
      throw limit(`This is longer than the limit of ${this.#budget.characters} characters`);
    }
  }

  #sizeOf(value: unknown, level: number): Size {
    if (typeof value === "string") {
      this.checkCharacters(value.length);
      return { characters: value.length + 2, depth: 0 };
    }
    if (!isList(value) && !isMap(value)) {
      if (isData(value)) return { characters: 8, depth: 0 };
      throw new CallError("A part of this is no data: it cannot be used");
    }
    const known = this.#sizes.get(value);
    if (known !== undefined) {
      this.#checkDepth(level + known.depth);
      return known;
    }
    this.#checkDepth(level + 1);
    const size = { characters: 2, depth: 1 };
    if (isMap(value)) for (const key of Object.keys(value)) size.characters += key.length + 3;
    for (const item of isList(value) ? value : ownValuesOf(value)) {
      const inner = this.#sizeOf(item, level + 1);
      size.characters += inner.characters + 1;
      size.depth = Math.max(size.depth, inner.depth + 1);
      this.checkCharacters(size.characters);
    }
    this.#sizes.set(value, size);
    return size;
  }

  #checkDepth(depth: number): void {
    if (depth > this.#budget.depth) {
      throw limit(`This list or map is nested more than ${this.#budget.depth} levels deep`);
    }
  }
}

function limit(message: string): CallError {
  return new CallError(message, { kind: "limit" });
}
