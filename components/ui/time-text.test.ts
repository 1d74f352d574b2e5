import { expect, test } from "vitest";
import { agoText, clockText, durationText, momentText } from "./time-text.ts";

test.each([
  [0, "0 ms"],
  [-5, "0 ms"],
  [7.4, "7 ms"],
  [820, "0.82 s"],
  [994, "0.99 s"],
  [999, "1.0 s"],
  [1900, "1.9 s"],
  [12_400, "12.4 s"],
  [59_949, "59.9 s"],
  [59_960, "1 min 00 s"],
  [192_000, "3 min 12 s"],
  [3_599_400, "59 min 59 s"],
  [3_600_000, "1 h 00 min"],
  [3_840_000, "1 h 04 min"],
  [86_400_000, "1 d 0 h"],
  [273_600_000, "3 d 4 h"],
])("%d ms that are over read %s", (ms, expected) => {
  expect(durationText(ms)).toBe(expected);
});

test.each([
  [0, "0:00"],
  [34_999, "0:34"],
  [725_000, "12:05"],
  [3_729_000, "1:02:09"],
  [-3, "0:00"],
])("%d ms that still run read %s", (ms, expected) => {
  expect(clockText(ms)).toBe(expected);
});

test.each([
  [-4000, "now"],
  [1500, "now"],
  [12_000, "12 s ago"],
  [150_000, "2 min ago"],
  [6 * 3_600_000, "6 h ago"],
  [30 * 3_600_000, "1 day ago"],
  [3 * 86_400_000, "3 days ago"],
  [40 * 86_400_000, "2026-10-15"],
])("%d ms before now is %s", (past, expected) => {
  const now = Date.parse("2026-11-24T12:00:00Z");
  expect(agoText(now - past, now)).toBe(expected);
});

test("a moment is told to the millisecond in the reader's time zone", () => {
  const moment = new Date(2026, 10, 4, 9, 5, 1, 42);
  expect(momentText(moment.getTime())).toBe("2026-11-04 09:05:01.042");
});
