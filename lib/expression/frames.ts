/** The variables of `set`, `for` and macros, the innermost frame first. */
export class Frames {
  readonly #frames: Map<string, unknown>[] = [new Map()];

  /** Undefined when there is none. */
  get(name: string): unknown {
    return this.#frames.findLast((frame) => frame.has(name))?.get(name);
  }

  /** Changes the variable where it is known, else makes it in the innermost frame. */
  set(name: string, value: unknown): void {
    const frame = this.#frames.findLast((candidate) => candidate.has(name)) ?? this.#frames.at(-1);
    frame?.set(name, value ?? null);
  }

  push(variables: Iterable<readonly [string, unknown]>): void {
    this.#frames.push(new Map(variables));
  }

  pop(): void {
    this.#frames.pop();
  }

  names(): string[] {
    return this.#frames.flatMap((frame) => [...frame.keys()]);
  }
}
