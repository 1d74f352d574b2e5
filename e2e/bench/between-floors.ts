/** Two floors that differ by less count as those of one and the same machine. */
const AGREED = 1.05;
const MOST_ROUNDS = 3;

/** What was measured, and the mean of the floors before and after it. */
export interface Round<T> {
  floor: number;
  value: T;
}

/**
 * Measures between two floors. Others use these machines, which become half as fast and fast again
 * within minutes: where the two floors do not agree it is measured again, while there is time, and the
 * round whose floors agree best is the one that counts, whatever its value.
 * @param seconds no round begins that would probably end later
 */
export async function betweenFloors<T>(
  seconds: number,
  { floor, measure }: { floor: () => Promise<number>; measure: () => Promise<T> },
): Promise<Round<T>> {
  const began = performance.now();
  let before = await floor();
  let best: (Round<T> & { apart: number }) | null = null;
  for (let rounds = 1; ; rounds += 1) {
    const roundBegan = performance.now();
    const value = await measure();
    const after = await floor();
    const apart = Math.max(before, after) / Math.min(before, after);
    if (best === null || apart < best.apart) best = { floor: (before + after) / 2, value, apart };
    before = after;
    const [now, took] = [performance.now() - began, performance.now() - roundBegan];
    const isOver = now + took > seconds * 1000;
    if (best.apart < AGREED || rounds === MOST_ROUNDS || isOver) return best;
  }
}
