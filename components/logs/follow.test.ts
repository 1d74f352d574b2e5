import { describe, expect, test } from "vitest";
import { followAfter, FOLLOWING, newLines, type FollowEvent } from "./follow.ts";

const scrolled = (isUp: boolean, isAtEnd: boolean, total: number): FollowEvent => ({
  type: "scrolled",
  isUp,
  isAtEnd,
  total,
});

describe("following a log", () => {
  test("goes on while the log grows below the person", () => {
    // The end moved away; nobody scrolled up.
    expect(followAfter(FOLLOWING, scrolled(false, false, 100))).toBe(FOLLOWING);
  });

  test("stops when the person scrolls up, and counts what comes", () => {
    const stopped = followAfter(FOLLOWING, scrolled(true, false, 100));
    expect(newLines(stopped, 100)).toBe(0);
    expect(newLines(stopped, 112)).toBe(12);
    const farther = followAfter(stopped, scrolled(true, false, 112));
    expect(newLines(farther, 112)).toBe(12);
  });

  test("starts again at the end, by scrolling or by the button", () => {
    const stopped = followAfter(FOLLOWING, scrolled(true, false, 100));
    expect(followAfter(stopped, scrolled(false, false, 110))).toBe(stopped);
    expect(followAfter(stopped, scrolled(false, true, 110))).toBe(FOLLOWING);
    expect(followAfter(stopped, { type: "back-to-end" })).toBe(FOLLOWING);
  });

  test("stops at a line that a link or a search leads to", () => {
    const stopped = followAfter(FOLLOWING, { type: "went-to-line", total: 50 });
    expect(newLines(stopped, 60)).toBe(10);
    expect(followAfter(stopped, { type: "went-to-line", total: 60 })).toBe(stopped);
  });

  test("does not count below nothing when a filter leaves fewer lines", () => {
    expect(newLines({ kind: "stopped", seenTotal: 100 }, 40)).toBe(0);
  });
});
