import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { isoDuration } from "#lib/flow/duration.ts";
import { HeldLease } from "../held-lease.ts";
import { ForcedEnd } from "./forced-end.ts";
import { progressFrom } from "./progress.ts";

const DAY_MS = 24 * 3600 * 1000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function someForcedEnd(): ForcedEnd {
  const lease = { executionId: "e", attemptId: "a", owner: "o", number: 1 };
  return new ForcedEnd({
    held: new HeldLease(lease, 30),
    progress: progressFrom({}),
    task: { range: { startLine: 3, startColumn: 1, endLine: 4, endColumn: 1 } },
    now: () => new Date(),
  });
}

it.each([0.5, 24, 25, 100, 40_000])("a timeout of %d days is over after that time", (days) => {
  const forced = someForcedEnd();
  forced.startTimeout(new Date(), days * DAY_MS);
  vi.advanceTimersByTime(days * DAY_MS - 1);
  expect(forced.reason).toBeNull();
  vi.advanceTimersByTime(1);
  const message = `Timeout after ${isoDuration(days * DAY_MS)}`;
  expect(forced.reason).toMatchObject({ failure: { kind: "timeout", message, line: 3 } });
});

it("a timeout of many days that was over while nobody looked is over at once", () => {
  const forced = someForcedEnd();
  forced.startTimeout(new Date(Date.now() - 101 * DAY_MS), 100 * DAY_MS);
  vi.advanceTimersByTime(1);
  expect(forced.reason).toMatchObject({ failure: { kind: "timeout" } });
});

it("a timeout of many days that was stopped never comes", () => {
  const forced = someForcedEnd();
  forced.startTimeout(new Date(), 100 * DAY_MS);
  vi.advanceTimersByTime(50 * DAY_MS);
  forced.stopTimeout();
  vi.advanceTimersByTime(100 * DAY_MS);
  expect(forced.reason).toBeNull();
});
