import fc from "fast-check";
import { expect, test } from "vitest";
import { findPosition } from "./find-position.ts";

test("a link finds its line among those that a filter leaves", async () => {
  const ascending = fc
    .uniqueArray(fc.nat({ max: 500 }), { minLength: 1 })
    .map((all) => all.toSorted((one, other) => one - other));
  await fc.assert(
    fc.asyncProperty(ascending, fc.nat({ max: 510 }), async (indexes, index) => {
      const found = await findPosition(index, indexes.length, async (at) => indexes[at] ?? null);
      const expected = indexes.findIndex((each) => each >= index);
      expect(found).toBe(expected === -1 ? indexes.length : expected);
    }),
  );
});
