import { expect, test } from "vitest";
import { instantFrom, localFrom } from "./local-time.ts";

test("a date and time goes to the control and back without a change", () => {
  const instant = "2026-11-24T09:05:01.000Z";
  expect(instantFrom(localFrom(instant))).toBe(instant);
});

test.each(["", "soon"])("%j is no moment: the control is empty", (text) => {
  expect(localFrom(text)).toBe("");
  expect(instantFrom(text)).toBe("");
});
