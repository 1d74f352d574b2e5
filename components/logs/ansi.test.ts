import { describe, expect, test } from "vitest";
import { ansiTokens, plainText } from "./ansi.ts";

const E = "\u001b";

describe("the colours of a log line", () => {
  const look = (line: string) =>
    ansiTokens(line).map((token) => [token.text, token.color, token.background]);

  test.each([
    ["plain text is one piece", "a  b\tc ", [["a  b\tc ", null, null]]],
    ["an empty line has none", "", []],
    [
      "named colours and their bright ones are the same token",
      `${E}[31mred${E}[0m ${E}[92mgreen`,
      [
        ["red", "red", null],
        [" ", null, null],
        ["green", "green", null],
      ],
    ],
    ["orange of 256 colours is yellow", `${E}[38;5;214mx`, [["x", "yellow", null]]],
    ["grey of 256 colours is black", `${E}[38;5;236mx`, [["x", "black", null]]],
    ["true colours go by their hue", `${E}[38;2;20;90;240mx`, [["x", "blue", null]]],
    ["a ground is kept", `${E}[37;41mx`, [["x", "white", "red"]]],
    ["what is no colour is left out", `${E}[31ma${E}[2Kb${E}[1Ac`, [["abc", "red", null]]],
    ["a link keeps its words", `${E}]8;;http://x${E}\\here${E}]8;;${E}\\`, [["here", null, null]]],
    ["an escape that never ends stays away", `${E}[`, []],
  ])("%s", (_, line, expected) => {
    expect(look(line)).toEqual(expected);
  });

  test("a progress bar shows its last state", () => {
    expect(plainText(" 10 %\r 50 %\r100 %\r")).toBe("100 %");
  });

  test("bold, italic, underlined and struck text say so", () => {
    const [token] = ansiTokens(`${E}[1;3;4;9mx`);
    expect(token).toMatchObject({
      isBold: true,
      isItalic: true,
      isUnderlined: true,
      isStruck: true,
    });
  });

  test("markup stays text", () => {
    expect(plainText("<img src=x onerror=alert(1)>")).toBe("<img src=x onerror=alert(1)>");
  });
});
