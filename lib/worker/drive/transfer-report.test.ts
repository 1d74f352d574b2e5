import { expect, test, vi } from "vitest";
import type { Transfer } from "#lib/core/execution-view.ts";
import { TransferReport } from "./transfer-report.ts";

const FILES = [
  { path: "a", size: 10 },
  { path: "empty", size: 0 },
  { path: "b", size: 30 },
];

test.each<[number, Transfer["file"]]>([
  [0, { name: "a", done: 0, size: 10 }],
  [4, { name: "a", done: 4, size: 10 }],
  [10, { name: "b", done: 0, size: 30 }],
  [39, { name: "b", done: 29, size: 30 }],
  [40, null],
])("after %i bytes the file on its way is %j", (bytes, file) => {
  const told: Transfer[] = [];
  new TransferReport(FILES, (transfer) => told.push(transfer)).reached(bytes);
  expect(told).toEqual([{ done: bytes, total: 40, file }]);
});

test("goes on from file to file now and then, and never beyond the end", () => {
  vi.useFakeTimers();
  const told: Transfer[] = [];
  const report = new TransferReport(FILES, (transfer) => told.push(transfer));
  for (const bytes of [5, 7, 12, 14, 41]) {
    report.reached(bytes);
    vi.advanceTimersByTime(150);
  }
  vi.useRealTimers();
  expect(told.map(({ done, file }) => [done, file?.name])).toEqual([
    [5, "a"],
    [12, "b"],
    [40, undefined],
  ]);
});
