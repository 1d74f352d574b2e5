import { describe, expect, test } from "vitest";
import { ansiTokens } from "./ansi.ts";
import { textPieces } from "./text-pieces.ts";

const E = "\u001b";
const cut = (line: string, ...ranges: [number, number][]) =>
  textPieces(ansiTokens(line), ranges).map((piece) =>
    piece.isHit ? `[${piece.text}]` : piece.text,
  );

describe("hits in a coloured line", () => {
  test.each([
    ["none", "abc", [], ["abc"]],
    ["in the middle", "abcdef", [[2, 4]], ["ab", "[cd]", "ef"]],
    [
      "at both ends",
      "abcdef",
      [
        [0, 1],
        [5, 6],
      ],
      ["[a]", "bcde", "[f]"],
    ],
    [
      "side by side",
      "abcd",
      [
        [0, 2],
        [2, 4],
      ],
      ["[ab]", "[cd]"],
    ],
    ["across colours", `ab${E}[31mcd${E}[0mef`, [[1, 5]], ["a", "[b]", "[cd]", "[e]", "f"]],
    ["after the first colour", `${E}[31mab${E}[0mcdef`, [[3, 5]], ["ab", "c", "[de]", "f"]],
  ] as [string, string, [number, number][], string[]][])("%s", (_, line, ranges, expected) => {
    expect(cut(line, ...ranges)).toEqual(expected);
  });
});
