import { expect, it } from "vitest";
import { inWrittenOrder } from "./written-order.ts";

it("shows values as the flow writes them, whatever the database makes of their order", () => {
  const stored = { day: 1, count: 2, other: 3, greeting: { text: "x" } };
  const written = [{ id: "count" }, { id: "greeting.text" }, { id: "absent" }, { id: "day" }];
  const names = Object.keys(inWrittenOrder(stored, written));
  expect(names).toEqual(["count", "greeting", "day", "other"]);
});
