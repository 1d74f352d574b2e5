const LATE = Symbol("late");

/** Whether the promise settled within the time; what it rejects with is thrown. */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(resolve, ms, LATE);
  });
  try {
    return (await Promise.race([promise, late])) !== LATE;
  } finally {
    clearTimeout(timer);
  }
}
