/** What the person at the terminal reads: one sentence a line. Everything else goes to log files. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Says what begins, does it, and says how long it took; quick steps (under half a second) say nothing at their end. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  say(`${title} …`);
  const result = await work();
  const seconds = (performance.now() - began) / 1000;
  if (seconds > 0.5) say(`${title}: done in ${seconds.toFixed(1)} s`);
  return result;
}
