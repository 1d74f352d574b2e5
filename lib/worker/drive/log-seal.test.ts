import { describe, expect, test } from "vitest";
import { sealOf } from "./log-seal.ts";

const none = { lines: 3, bytes: 12, ownLines: 0, ownBytes: 0, gaps: [], isJoined: false };
const why = "Lines may be missing: the node rotated the log before it was read.";

describe("the seal of a log", () => {
  test("says that it is complete, without what Podflow itself said", () => {
    const progress = { ...none, lines: 4, bytes: 20, ownLines: 1, ownBytes: 8 };
    expect(sealOf(progress, "ab12")).toEqual({
      state: "complete",
      lines: 3,
      bytes: 12,
      sha256: "ab12",
    });
  });

  test.each([
    [
      "between two lines",
      { afterLine: 1204, from: "2026-11-25T00:51:03.123456789Z", to: "2026-11-25T01:52:00+01:00" },
      "Lines may be missing: the node rotated the log before it was read (after line 1,204, between 2026-11-25 00:51:03.123 and 2026-11-25 00:52:00.000 UTC).",
    ],
    [
      "at the end",
      { afterLine: 3, from: "2026-11-25T00:51:03Z", to: null },
      "Lines may be missing: the node rotated the log before it was read (after line 3).",
    ],
    ["at the beginning", { afterLine: 0, from: null, to: "2026-11-25T00:51:03Z" }, why],
  ])("names a gap %s", (_name, place, gap) => {
    const gaps = [{ ...place, why }];
    expect(sealOf({ ...none, gaps }, "ab12")).toEqual({
      state: "incomplete",
      lines: 3,
      bytes: 12,
      sha256: "ab12",
      gap,
      gaps,
    });
  });

  test("says when the place did not tell stdout and stderr apart", () => {
    expect(sealOf({ ...none, isJoined: true }, "ab12")).toMatchObject({ isJoined: true });
  });

  test("names every gap", () => {
    const at = (afterLine: number) => ({ afterLine, from: null, to: null, why: "Lost." });
    const seal = sealOf({ ...none, gaps: [at(1), at(2)] }, "ab12");
    expect(seal).toMatchObject({ gap: "Lost (after line 1). Lost (after line 2)." });
  });
});
