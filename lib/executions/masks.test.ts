import { describe, expect, it } from "vitest";
import { Masks } from "./masks.ts";

describe("secrets", () => {
  const masks = new Masks();
  for (const secret of [
    "s3cr3t",
    "s3cr3t-longer",
    "first line of a key\nsecond line of it",
    "ab",
  ]) {
    masks.add(secret);
  }

  const cases: [string, string, string][] = [
    ["are masked wherever they stand", "a s3cr3t b s3cr3t", "a ******** b ********"],
    ["are masked whole when one is a part of another", "s3cr3t-longer", "********"],
    ["are masked line by line", "x second line of it", "x ********"],
    ["are not so short that a log would be unreadable", "abab", "abab"],
  ];
  it.each(cases)("%s", (_title, text, expected) => {
    expect(masks.text(text)).toBe(expected);
    expect(Buffer.from(masks.bytes(Buffer.from(text))).toString()).toBe(expected);
  });

  it("are masked where a long line is cut, wherever that is", () => {
    const text = "before s3cr3t-longer, s3cr3t behind";
    for (let cut = 1; cut < text.length; cut += 1) {
      const [left, right] = [Buffer.from(text.slice(0, cut)), Buffer.from(text.slice(cut))];
      const none = Buffer.alloc(0);
      const pieces = [
        masks.piece(left, { before: none, after: right }),
        masks.piece(right, { before: left, after: none }),
      ];
      expect(Buffer.concat(pieces).toString()).toBe("before ********, ******** behind");
    }
  });

  it("are masked in outputs, also in their keys", () => {
    expect(masks.deep({ s3cr3t: ["s3cr3t", 1, null] })).toEqual({
      "********": ["********", 1, null],
    });
  });

  it("leave bytes that are no text as they are", () => {
    const bytes = Buffer.from([0xff, 0, 0xfe]);
    expect(masks.bytes(bytes)).toEqual(bytes);
  });
});
