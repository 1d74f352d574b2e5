import { expect, test } from "vitest";
import { pullMs } from "./image-pulls.ts";

test.each([
  ['Successfully pulled image "x" in 3.2s (3.5s including waiting). Image size: 9 bytes.', 3500],
  ['Successfully pulled image "x" in 1m2.5s (1m4.25s including waiting).', 64_250],
  ['Successfully pulled image "x" in 1h0m1s (1h0m1s including waiting).', 3_601_000],
  ['Successfully pulled image "x" in 350ms (350.5ms including waiting).', 350.5],
  ['Container image "x" already present on machine and can be accessed by the pod', 0],
  ["", 0],
])("%j tells of a pull of %i ms", (message, ms) => {
  expect(pullMs(message)).toBe(ms);
});
