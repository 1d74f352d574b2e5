import { expect, it } from "vitest";
import { visibleText } from "./visible-text.ts";

it.each([
  ["leaves plain text and tabs alone", "a\tb", "a\tb"],
  ["takes colours out of the middle", "is \u001b[32mgreen\u001b[0m now", "is green now"],
  [
    "takes a title and a link out",
    "\u001b]0;title\u0007see \u001b]8;;http://x\u001b\\here",
    "see here",
  ],
  ["keeps a progress bar's last state", "10%\r50%\r100%\r", "100%"],
  ["drops other control characters", "a\u0000b\u0007", "ab"],
])("%s", (_title, line, expected) => {
  expect(visibleText(line)).toBe(expected);
});
