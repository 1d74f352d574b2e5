import { expect, test } from "vitest";
import { noticeTitle } from "./notice-title.ts";

test.each([
  ["report", "No node has 64 Gi free.", "report waits: no node has 64 Gi free."],
  ["report", "Kubernetes does not answer.", "report waits: Kubernetes does not answer."],
  ["report", "report asks for too much.", "report asks for too much."],
  ["a+b", "The task a+b asks for too much.", "The task a+b asks for too much."],
  [null, "The flow is broken.", "The flow is broken."],
])("of %s: %s", (task, message, title) => {
  expect(noticeTitle(task, "waits", message)).toBe(title);
});
