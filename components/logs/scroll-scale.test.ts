import { describe, expect, test } from "vitest";
import { scrollScale } from "./scroll-scale.ts";

describe("a scroll bar over a list of any length", () => {
  test("a pixel is a pixel while the browser can lay the list out", () => {
    expect(scrollScale(2_000_000, 500)).toEqual({ height: 2_000_000, scale: 1 });
  });

  test("the end of the bar is the end of the list beyond that", () => {
    const { height, scale } = scrollScale(20_000_000, 500);
    expect(height).toBe(15_000_000);
    expect((height - 500) * scale).toBeCloseTo(20_000_000 - 500, 3);
  });

  test("a view that is not laid out yet does no harm", () => {
    expect(scrollScale(0, 0)).toEqual({ height: 0, scale: 1 });
  });
});
