import { afterEach, expect, test, vi } from "vitest";
import type { LogLine } from "#lib/core/log-line.ts";
import { someLine } from "./line-fixture.ts";
import { readTexts, textsHere } from "./log-reader.ts";
import { EMPTY_WINDOW, type LogWindow, withPage } from "./log-window.ts";

const line = (index: number, more: Partial<LogLine> = {}): LogLine =>
  someLine(index, { text: `line ${index}`, ...more });

/** A log of four lines, of which the browser has the beginning of the third. */
const window: LogWindow = withPage(EMPTY_WINDOW, 0, {
  lines: [line(0), line(1), line(2, { text: "lin", wholeBytes: 6 }), line(3)],
  total: 4,
});
const reader = {
  executionId: "e",
  filter: { taskRunId: null, attempt: null, minLevel: null },
  window,
};

afterEach(() => vi.unstubAllGlobals());

test("a line whose beginning alone is here is read whole to be copied", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    // As the server does where lines are long: one at a time.
    return Response.json({ lines: [line(2)], total: 4 });
  });
  expect(textsHere(window, 0, 1)).toEqual(["line 0", "line 1"]);
  expect(textsHere(window, 1, 3)).toBeNull();
  expect(await readTexts(reader, 1, 3)).toEqual(["line 1", "line 2", "line 3"]);
  expect(asked).toEqual(["/api/podflow/executions/e/log?offset=2&limit=2&isWhole=true"]);
});
