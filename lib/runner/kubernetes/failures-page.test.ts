import { expect, test } from "vitest";
import { failuresPage } from "./failures-page.ts";

// Written anew by `vitest run --project unit failures-page -u`.
test("docs/failures.md is what the table of causes says", async () => {
  await expect(failuresPage()).toMatchFileSnapshot("../../../docs/failures.md");
});
