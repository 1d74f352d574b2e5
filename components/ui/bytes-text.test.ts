import { expect, test } from "vitest";
import { bytesText } from "./bytes-text.ts";

test.each([
  [0, "0 B"],
  [871, "871 B"],
  [999, "999 B"],
  [1000, "1.0 KB"],
  [1400, "1.4 KB"],
  [212_000, "212 KB"],
  [999_600, "1.0 MB"],
  [48_200_000, "48.2 MB"],
  [1_073_741_824, "1.1 GB"],
])("%d bytes read %s", (bytes, expected) => {
  expect(bytesText(bytes)).toBe(expected);
});
