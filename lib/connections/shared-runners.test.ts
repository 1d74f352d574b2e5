import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Runner } from "#lib/runner/contract.ts";
import { createFakeRunner } from "#lib/runner/fake/fake-runner.ts";
import { SharedRunners, type WantedRunner } from "./shared-runners.ts";

const IDLE_MS = 60_000;

let closed: string[];
let shared: SharedRunners;
beforeEach(() => {
  vi.useFakeTimers();
  closed = [];
  shared = new SharedRunners();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A runner that says when it is closed. */
function runnerCalled(name: string): Runner {
  const runner = createFakeRunner();
  runner.close = async () => void closed.push(name);
  return runner;
}

const wanted = (fingerprint: string, idleMs: number | null = IDLE_MS): WantedRunner => ({
  key: "key",
  fingerprint,
  idleMs,
  make: async () => runnerCalled(fingerprint),
});

/** A use that ends by itself no sooner than it is told to. */
function someUse(): { until: AbortSignal; end: () => void } {
  const controller = new AbortController();
  return { until: controller.signal, end: () => controller.abort() };
}

/** Lets what is under way be done. */
const after = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

test("a runner is closed some time after the last use has ended, and opened anew after that", async () => {
  const [one, two] = [someUse(), someUse()];
  const runner = await shared.open(wanted("a"), one.until);
  expect(await shared.open(wanted("a"), one.until)).toBe(runner);
  expect(await shared.open(wanted("a"), two.until)).toBe(runner);
  one.end();
  await after(10 * IDLE_MS);
  expect(closed).toEqual([]);
  two.end();
  await after(IDLE_MS - 1);
  expect(closed).toEqual([]);
  const three = someUse();
  expect(await shared.open(wanted("a"), three.until)).toBe(runner);
  await after(10 * IDLE_MS);
  three.end();
  await after(IDLE_MS);
  expect(closed).toEqual(["a"]);
  expect(await shared.open(wanted("a"), someUse().until)).not.toBe(runner);
});

test("who only looks at what is open keeps it open while looking, and no longer", async () => {
  const [use, look] = [someUse(), someUse()];
  const runner = await shared.open(wanted("a"), use.until);
  use.end();
  await after(IDLE_MS - 1);
  expect(await shared.openOnes(() => true, look.until)).toEqual([runner]);
  await after(10 * IDLE_MS);
  expect(closed).toEqual([]);
  look.end();
  await after(0);
  expect(closed).toEqual(["a"]);
  expect(await shared.openOnes(() => true, someUse().until)).toEqual([]);
});

test("a runner that was replaced is closed as soon as nobody uses it, and its successor is not", async () => {
  const [old, young] = [someUse(), someUse()];
  const runner = await shared.open(wanted("a", null), old.until);
  const successor = await shared.open(wanted("b", null), young.until);
  expect(successor).not.toBe(runner);
  young.end();
  await after(10 * IDLE_MS);
  expect(closed).toEqual([]);
  old.end();
  await after(0);
  expect(closed).toEqual(["a"]);
  expect(await shared.open(wanted("b", null), someUse().until)).toBe(successor);
  await shared.open(wanted("c", null), someUse().until);
  await shared.close();
  expect(closed.toSorted()).toEqual(["a", "b", "c"]);
});

test("a runner that cannot be made is tried anew by the next who asks, and there is nothing to close", async () => {
  const { until } = someUse();
  const broken = { ...wanted("a"), make: () => Promise.reject(new Error("no such place")) };
  await expect(shared.open(broken, until)).rejects.toThrow("no such place");
  await expect(shared.open(wanted("a"), until)).resolves.toMatchObject({ kind: "fake" });
  await shared.close();
  expect(closed).toEqual(["a"]);
});

test("nothing is opened for a use that is over", async () => {
  const over = AbortSignal.abort(new Error("It is over."));
  await expect(shared.open(wanted("a"), over)).rejects.toThrow("It is over.");
  expect(await shared.openOnes(() => true, someUse().until)).toEqual([]);
});
