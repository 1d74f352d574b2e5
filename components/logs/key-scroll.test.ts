import { describe, expect, test } from "vitest";
import { keyScroll } from "./key-scroll.ts";

const BOX = { scrollTop: 5000, clientHeight: 600, scrollHeight: 9000 };
const NONE = { shiftKey: false, altKey: false, ctrlKey: false, metaKey: false };

describe("a key scrolls the log at once", () => {
  test.each([
    ["Home", 0],
    ["End", 8400],
    ["PageUp", 4440],
    ["PageDown", 5560],
    [" ", 5560],
    ["ArrowUp", 4960],
    ["ArrowDown", 5040],
  ])("%s", (key, top) => {
    expect(keyScroll({ ...NONE, key }, BOX)).toBe(top);
  });

  test("Shift and the space bar go a page up", () => {
    expect(keyScroll({ ...NONE, shiftKey: true, key: " " }, BOX)).toBe(4440);
  });

  test("never beyond an end", () => {
    expect(keyScroll({ ...NONE, key: "PageUp" }, { ...BOX, scrollTop: 10 })).toBe(0);
    expect(keyScroll({ ...NONE, key: "ArrowDown" }, { ...BOX, scrollTop: 8390 })).toBe(8400);
    expect(keyScroll({ ...NONE, key: "End" }, { ...BOX, scrollHeight: 300 })).toBe(0);
  });
});

test.each([
  ["a letter", { key: "a" }],
  ["a chosen range", { key: "Home", shiftKey: true }],
  ["the browser's way back", { key: "ArrowLeft", altKey: true }],
  ["a chord", { key: "ArrowUp", ctrlKey: true }],
])("%s does not scroll", (_title, event) => {
  expect(keyScroll({ ...NONE, ...event }, BOX)).toBeNull();
});
