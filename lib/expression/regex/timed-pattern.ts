import { type Context, createContext, Script } from "node:vm";

/** The pattern takes longer than it may. */
export class PatternTimeout extends Error {
  override readonly name = "PatternTimeout";
}

// In a context of its own, because only there can a pattern that never ends be ended.
const SCRIPT = new Script("texts.flatMap((each, index) => (pattern.test(each) ? [index] : []))");

/** A regular expression of JavaScript's, which may take exponential time, under a limit of time. */
export class TimedPattern {
  readonly #context: Context;

  /** `pattern` has neither the flag g nor y. */
  constructor(pattern: RegExp) {
    this.#context = createContext({ pattern, texts: [] });
  }

  /** Indexes of the texts that match. @throws PatternTimeout */
  find(texts: readonly string[], limitMs: number): number[] {
    this.#context["texts"] = texts;
    try {
      return [...SCRIPT.runInContext(this.#context, { timeout: limitMs })].map(Number);
    } catch (cause) {
      throw new PatternTimeout(`The pattern took more than ${limitMs} ms.`, { cause });
    } finally {
      this.#context["texts"] = [];
    }
  }
}
