import { describe, expect, test } from "vitest";
import { copiedText, inOrder } from "./copied-text.ts";

const at = (position: number, offset: number) => ({ position, offset });

describe("copying from the log", () => {
  test("keeps blanks at the ends of lines and empty lines", () => {
    expect(copiedText(["  one  ", "", "\ttwo"], at(4, 1), at(6, 2))).toBe(" one  \n\n\tt");
  });

  test("takes a part of one line", () => {
    expect(copiedText(["abcdef"], at(4, 2), at(4, 4))).toBe("cd");
  });

  test("does not mind which way the selection was drawn", () => {
    expect(inOrder(at(6, 2), at(4, 1))).toEqual([at(4, 1), at(6, 2)]);
    expect(inOrder(at(4, 5), at(4, 1))).toEqual([at(4, 1), at(4, 5)]);
  });
});
