/** How long something has been so, time and again and never otherwise. */
export class Spell {
  #since: number | null = null;

  /** Notes that it is so, or not. @returns for how many milliseconds it has been, 0 when it is not */
  note(isSo: boolean): number {
    if (!isSo) this.#since = null;
    else this.#since ??= performance.now();
    return this.#since === null ? 0 : performance.now() - this.#since;
  }
}
