import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { durationMs, durationText, isoDuration } from "./duration.ts";

describe("a duration in ISO 8601", () => {
  test.each([
    ["PT1S", 1000],
    ["PT0.25S", 250],
    ["PT1,5S", 1500],
    ["PT-0.5S", -500],
    ["PT10M", 600_000],
    ["PT1H30M", 5_400_000],
    ["P1D", 86_400_000],
    ["P1DT2H3M4S", 93_784_000],
    ["pt5s", 5000],
    ["-PT5S", -5000],
    ["PT0S", 0],
  ])("%s is %d ms", (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  test.each(["", "P", "PT", "1h", "PT1", "P1DT", "P1Y", "P1M", "PT1S1M", "10", "PT5 S", "P1W"])(
    "%j is none",
    (text) => {
      expect(durationMs(text)).toBeNull();
    },
  );

  test("printed and read again is the same to the millisecond", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (ms) => {
        expect(durationMs(isoDuration(ms))).toBe(ms);
      }),
    );
  });
});

test.each([
  [0, "0 ms"],
  [850, "850 ms"],
  [4249, "4.2 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [185_000, "3 min 5 s"],
  [7_200_000, "2 h"],
  [90_000_000, "1 d 1 h"],
  [-1500, "-1.5 s"],
])("%d ms reads as %s", (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
