import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { log } from "#lib/config/log.ts";
import { Adoptions } from "./adoptions.ts";

const SAYS = "took over what had begun without this worker";
const ROUND_MS = 5000;
let adoptions: Adoptions;
beforeEach(() => {
  vi.useFakeTimers();
  adoptions = new Adoptions();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it("what is taken over in a round is told as one line", () => {
  const told = vi.spyOn(log(), "info");
  for (const id of ["a", "b", "c", "d"]) adoptions.begin(id);
  adoptions.found("a", "goes-on");
  adoptions.found("b", "ended");
  adoptions.letGo("c");
  vi.advanceTimersByTime(ROUND_MS - 1);
  adoptions.begin("e");
  adoptions.found("e", "goes-on");
  adoptions.found("d", "unknown");
  // Only the first finding of each counts, and what was never taken over does not.
  adoptions.found("a", "unknown");
  adoptions.found("other", "unknown");
  expect(told.mock.calls).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(told.mock.calls).toEqual([[{ adopted: 2, finishedMeanwhile: 1, unknown: 1 }, SAYS]]);
  vi.advanceTimersByTime(10 * ROUND_MS);
  expect(told.mock.calls).toHaveLength(1);
});

it("what nothing is heard of for more than a round is unknown", () => {
  const told = vi.spyOn(log(), "info");
  adoptions.begin("silent");
  vi.advanceTimersByTime(ROUND_MS - 1);
  adoptions.begin("late");
  vi.advanceTimersByTime(1);
  expect(told.mock.calls).toEqual([]);
  adoptions.found("late", "goes-on");
  vi.advanceTimersByTime(ROUND_MS);
  const counts = { adopted: 1, finishedMeanwhile: 0, unknown: 1 };
  expect(told.mock.calls).toEqual([[counts, SAYS]]);
  adoptions.found("silent", "ended");
  vi.advanceTimersByTime(10 * ROUND_MS);
  expect(told.mock.calls).toHaveLength(1);
});

it("a worker that stops tells what it has found, and nothing of the rest", () => {
  const told = vi.spyOn(log(), "info");
  adoptions.begin("a");
  adoptions.begin("b");
  adoptions.found("a", "ended");
  adoptions.close();
  adoptions.close();
  expect(told.mock.calls).toEqual([[{ adopted: 0, finishedMeanwhile: 1, unknown: 0 }, SAYS]]);
  expect(vi.getTimerCount()).toBe(0);
});
