import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RunnerError } from "#lib/runner/contract.ts";
import { CachedToken } from "./token-source.ts";

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** An attempt that uses the source; its provider counts. */
function attemptOf(source: CachedToken, run: () => Promise<string>) {
  const controller = new AbortController();
  return {
    begin: () => source.begin(run, controller.signal),
    end: () => controller.abort(new Error("The attempt is over.")),
  };
}

/** A source with one attempt that goes on. */
function counting(cacheMs: number) {
  let runs = 0;
  const source = new CachedToken("id", cacheMs);
  const run = async (): Promise<string> => `token-${(runs += 1)}`;
  return { source, run, ...attemptOf(source, run) };
}

test.each<[string, number, (its: ReturnType<typeof counting>) => Promise<string>[], string[]]>([
  ["is taken again", 5 * MINUTE, ({ begin, source }) => [begin(), source.token(false)], ["1", "1"]],
  ["is asked for once by all who wait", 5 * MINUTE, ({ begin }) => [begin(), begin()], ["1", "1"]],
])("a token %s", async (_name, cacheMs, ask, expected) => {
  const tokens = await Promise.all(ask(counting(cacheMs)));
  expect(tokens).toEqual(expected.map((number) => `token-${number}`));
});

test("a token is asked for anew when its time is over, or when it is refused and not quite new", async () => {
  const { source, begin } = counting(5 * MINUTE);
  expect(await begin()).toBe("token-1");
  expect(await source.token(true)).toBe("token-1");
  vi.advanceTimersByTime(MINUTE);
  expect(await source.token(false)).toBe("token-1");
  expect(await source.token(true)).toBe("token-2");
  vi.advanceTimersByTime(6 * MINUTE);
  expect(await begin()).toBe("token-3");
});

test("without a cache each task run has a token of its own, and keeps it", async () => {
  const { source, run, begin } = counting(0);
  expect(await begin()).toBe("token-1");
  expect(await source.token(false)).toBe("token-1");
  expect(await begin()).toBe("token-1");
  expect(await attemptOf(source, run).begin()).toBe("token-2");
});

test("a provider that fails is tried again by the next who asks", async () => {
  let tries = 0;
  const source = new CachedToken("id", MINUTE);
  const { begin } = attemptOf(source, async () => {
    tries += 1;
    if (tries === 1) throw new Error("away");
    return "token";
  });
  await expect(begin()).rejects.toThrow("away");
  expect(await source.token(false)).toBe("token");
});

test("a provider that fails for what may pass is run ever less often, and who asks is told", async () => {
  let runs = 0;
  const source = new CachedToken("id", MINUTE);
  const { begin } = attemptOf(source, async () => {
    runs += 1;
    if (runs < 4) throw evicted();
    return "token";
  });
  const seen: number[] = [];
  for (let seconds = 0; seconds < 7; seconds += 1) {
    await expect(begin()).rejects.toThrow("evicted");
    seen.push(runs);
    vi.advanceTimersByTime(1000);
  }
  expect(seen).toEqual([1, 2, 2, 3, 3, 3, 3]);
  expect(await begin()).toBe("token");
});

function evicted(): RunnerError {
  const options = { remedy: "", fault: "platform", isTransient: true } as const;
  return new RunnerError("evicted", "The pod was evicted.", options);
}

test("when the attempt is over in whose name a token is made, it is made for those that wait", async () => {
  const source = new CachedToken("id", MINUTE);
  const waiter = attemptOf(source, async () => "token");
  const { promise, reject } = Promise.withResolvers<string>();
  const first = attemptOf(source, () => promise);
  const asked = first.begin();
  const waiting = waiter.begin();
  first.end();
  reject(new Error("The provider's task was ended."));
  expect(await waiting).toBe("token");
  expect(await asked).toBe("token");
});

test("without an attempt that goes on none is made, and what there is serves on until it is refused", async () => {
  const { source, begin, end } = counting(5 * MINUTE);
  expect(await begin()).toBe("token-1");
  end();
  vi.advanceTimersByTime(10 * MINUTE);
  expect(await source.token(false)).toBe("token-1");
  await expect(source.token(true)).rejects.toMatchObject({
    kind: "unauthorized",
    isTransient: true,
  });
  expect(source.isForgotten).toBe(false);
  vi.advanceTimersByTime(61 * MINUTE);
  expect(source.isForgotten).toBe(true);
});
