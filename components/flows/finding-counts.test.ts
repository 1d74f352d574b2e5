import { expect, test } from "vitest";
import type { PreviewFinding } from "#lib/core/preview-view.ts";
import { findingCounts } from "./finding-counts.ts";

const finding = (severity: PreviewFinding["severity"]): PreviewFinding => ({
  severity,
  check: "x",
  message: "",
  remedy: "",
  evidence: "",
  field: "",
  range: null,
});

test.each<[PreviewFinding["severity"][], string]>([
  [[], "Nothing stands against it"],
  [["info", "info"], "Nothing stands against it"],
  [["not-checked"], "Nothing stands against it, 1 not checked"],
  [["error", "warning", "warning"], "1 error, 2 warnings"],
  [["error", "error", "not-checked", "not-checked"], "2 errors, 2 not checked"],
])("%j: %s", (severities, text) => {
  expect(findingCounts(severities.map(finding))).toBe(text);
});
