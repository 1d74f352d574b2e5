import { expect, test } from "vitest";
import { RequestRate } from "./request-rate.ts";

test.each([
  ["two minutes", 120_000, 120_000],
  ["an hour, of which five minutes", 3_600_000, 300_000],
])("no call goes for as long as the server asks: %s", (_, askedMs, ms) => {
  const closedMs = new RequestRate().close(askedMs);
  expect(closedMs).toBeGreaterThan(ms - 1000);
  expect(closedMs).toBeLessThanOrEqual(ms);
});
