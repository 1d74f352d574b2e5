import { expect, test } from "vitest";
import { speedFrom } from "./upload.ts";

test("the speed of an upload is that of its last two seconds", () => {
  let samples: { atMs: number; bytes: number }[] = [];
  const speeds = [
    [0, 0],
    [1000, 10],
    [2000, 20],
    [3000, 120],
    [4000, 220],
  ].map(([atMs = 0, bytes = 0]) => {
    const result = speedFrom(samples, { atMs, bytes });
    samples = result.samples;
    return result.bytesPerSecond;
  });
  expect(speeds).toEqual([0, 10, 10, 55, 100]);
});
