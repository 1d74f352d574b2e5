import { expect, test } from "vitest";
import { keyText } from "./key-text.ts";

test.each([
  ["mod+S", true, "⌘S"],
  ["mod+S", false, "Ctrl S"],
  ["mod+enter", true, "⌘↵"],
  ["mod+shift+P", false, "Ctrl Shift P"],
  ["esc", true, "Esc"],
  ["/", false, "/"],
])("%s (Mac: %s) reads %s", (keys, isMac, expected) => {
  expect(keyText(keys, isMac)).toBe(expected);
});
