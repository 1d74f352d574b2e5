const LATE = Symbol("late");

/**
 * Whether the promise settled within the time, and before the signal was aborted; what it rejects
 * with is thrown.
 */
export async function within(
  promise: Promise<unknown>,
  ms: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const late = Promise.withResolvers<typeof LATE>();
  const give = (): void => late.resolve(LATE);
  const timer = setTimeout(give, ms);
  if (signal?.aborted) give();
  signal?.addEventListener("abort", give);
  try {
    return (await Promise.race([promise, late.promise])) !== LATE;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", give);
  }
}
