import fc from "fast-check";
import { expect, test } from "vitest";
import type { RunLogGap } from "../contract.ts";
import { LogCursor } from "./log-cursor.ts";
import { secondOf } from "./log-lines.ts";
import { Resumption } from "./resumption.ts";
import { compareStamps } from "./stamped-line.ts";

const BASE = Date.parse("2026-11-24T21:05:00Z");
const NO_BYTES = new Uint8Array();

/** A stamp so many tenths of a second after the base. */
function at(tenths: number): string {
  return new Date(BASE + tenths * 100).toISOString().replace("Z", "000000Z");
}

/** What the log API answers from a second on: it leaves out lines with earlier stamps. */
function answerFrom(log: string[], second: number | null): string[] {
  return log.filter((stamp) => second === null || secondOf(stamp) >= second);
}

function readOn(log: string[], cursor: LogCursor): { fresh: string[]; gaps: RunLogGap[] } {
  const resumption = new Resumption(cursor);
  const fresh: string[] = [];
  const gaps: RunLogGap[] = [];
  for (const stamp of answerFrom(log, cursor.second)) {
    const { isNew, gap } = resumption.next({ stamp, bytes: NO_BYTES });
    if (gap) gaps.push(gap);
    if (isNew) fresh.push(stamp);
  }
  return { fresh, gaps };
}

function cursorAfter(log: string[]): LogCursor {
  const cursor = LogCursor.from(null, "c");
  for (const stamp of log) cursor.add(stamp);
  return LogCursor.from(cursor.text, "c");
}

test("a log that is read on from anywhere has each line once, also with stamps out of order", () => {
  // Stamps of the two streams can be out of order by less than a second.
  const log = fc
    .array(fc.record({ step: fc.nat({ max: 12 }), back: fc.nat({ max: 8 }) }), { minLength: 1 })
    .map((entries) => {
      let tenths = 0;
      return entries.map(({ step, back }) => at(Math.max(0, (tenths += step) - back)));
    });
  fc.assert(
    fc.property(log, fc.nat(), (lines, where) => {
      const cut = where % (lines.length + 1);
      const { fresh, gaps } = readOn(lines, cursorAfter(lines.slice(0, cut)));
      expect(fresh).toEqual(lines.slice(cut));
      expect(gaps).toEqual([]);
    }),
  );
});

test("after a rotation that took only what was read, the rest follows without a gap", () => {
  const log = [at(1), at(2), at(3), at(3), at(4), at(15)];
  const cursor = cursorAfter(log.slice(0, 4));
  expect(readOn(log.slice(2), cursor)).toEqual({ fresh: [at(4), at(15)], gaps: [] });
});

test("after a rotation that took what was not read, the gap is told with its ends", () => {
  const log = [at(1), at(2), at(3), at(4), at(5)];
  const { fresh, gaps } = readOn(log.slice(3), cursorAfter(log.slice(0, 2)));
  expect(fresh).toEqual([at(4), at(5)]);
  expect(gaps).toMatchObject([{ after: at(2), before: at(4) }]);
});

test("a file that was read to its end is followed by the next without a gap, and with the torn line whole", () => {
  const cursor = cursorAfter([at(1), at(2)]);
  const torn = { stamp: at(3), bytes: Buffer.from("he") };
  const next = { stamp: at(4), bytes: Buffer.from("ad") };
  const whole = { isNew: true, gap: null, torn };
  expect(new Resumption(cursor, { last: null, torn, at: 0 }).next(next)).toEqual(whole);
  expect(new Resumption(cursor, { last: null, torn: null, at: 0 }).next(next)).toEqual({
    ...whole,
    torn: null,
  });
  const later = { stamp: at(200), bytes: NO_BYTES };
  expect(new Resumption(cursor, { last: null, torn, at: 0 }).next(later)).toMatchObject({
    gap: { why: expect.stringMatching(/missing/) },
    torn: null,
  });
});

test("an answer without the last line that was read tells that the end may be missing", () => {
  const cursor = cursorAfter([at(1), at(2)]);
  expect(new Resumption(cursor).end()).toMatchObject({ after: at(2), before: null });
  expect(new Resumption(cursor, { last: null, torn: null, at: 0 }).end()).toBeNull();
  const seen = new Resumption(cursor);
  for (const stamp of [at(1), at(2)]) seen.next({ stamp, bytes: NO_BYTES });
  expect(seen.end()).toBeNull();
});

test("a cursor of another container begins at the beginning", () => {
  const cursor = LogCursor.from(cursorAfter([at(1)]).text, "other");
  expect([cursor.second, cursor.seen]).toEqual([null, 0]);
});

test("a text that is no cursor is refused", () => {
  expect(() => LogCursor.from("{}", "c")).toThrow(/container/);
});

test("the empty cursor begins at the beginning", () => {
  const text = LogCursor.from(null, "c").text;
  expect(LogCursor.from(text, "c").second).toBeNull();
});

test.each([
  ["2026-11-24T21:05:25.1Z", "2026-11-24T21:05:25.10Z", 0],
  ["2026-11-24T21:05:25.09Z", "2026-11-24T21:05:25.1Z", -1],
  ["2026-11-24T21:05:25.123456789Z", "2026-11-24T21:05:25.123456788Z", 1],
  ["2026-11-24T21:05:25Z", "2026-11-24T21:05:24.999999999Z", 1],
])("%s against %s is %i", (one, other, order) => {
  expect(Math.sign(compareStamps(one, other))).toBe(order);
});
