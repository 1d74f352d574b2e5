import { expect, test, vi } from "vitest";
import { CachedToken } from "./token-source.ts";

/** A provider that counts, with a clock of its own. */
function counting(cacheMs: number): { source: CachedToken; begin: () => Promise<string> } {
  let runs = 0;
  const run = async (): Promise<string> => `token-${(runs += 1)}`;
  const source = new CachedToken("id", cacheMs, run);
  return { source, begin: () => source.begin(run) };
}

const MINUTE = 60_000;

test.each<[string, number, (its: ReturnType<typeof counting>) => Promise<string>[], string[]]>([
  ["is taken again", 5 * MINUTE, ({ begin, source }) => [begin(), source.token(false)], ["1", "1"]],
  ["is asked for once by all who wait", 5 * MINUTE, ({ begin }) => [begin(), begin()], ["1", "1"]],
])("a token %s", async (_name, cacheMs, ask, expected) => {
  const tokens = await Promise.all(ask(counting(cacheMs)));
  expect(tokens).toEqual(expected.map((number) => `token-${number}`));
});

test("a token is asked for anew when its time is over, or when it is refused and not quite new", async () => {
  vi.useFakeTimers();
  try {
    const { source, begin } = counting(5 * MINUTE);
    expect(await begin()).toBe("token-1");
    expect(await source.token(true)).toBe("token-1");
    vi.advanceTimersByTime(MINUTE);
    expect(await source.token(false)).toBe("token-1");
    expect(await source.token(true)).toBe("token-2");
    vi.advanceTimersByTime(6 * MINUTE);
    expect(await begin()).toBe("token-3");
  } finally {
    vi.useRealTimers();
  }
});

test("without a cache each task run has a token of its own, and keeps it", async () => {
  const { source, begin } = counting(0);
  expect(await begin()).toBe("token-1");
  expect(await source.token(false)).toBe("token-1");
  expect(await begin()).toBe("token-2");
});

test("a provider that fails is tried again by the next who asks", async () => {
  let tries = 0;
  const run = async (): Promise<string> => {
    tries += 1;
    if (tries === 1) throw new Error("away");
    return "token";
  };
  const source = new CachedToken("id", MINUTE, run);
  await expect(source.begin(run)).rejects.toThrow("away");
  expect(await source.token(false)).toBe("token");
});
