import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LogLine } from "#lib/core/log-line.ts";
import { someLine } from "./line-fixture.ts";
import {
  EMPTY_WINDOW,
  lastPage,
  lineAt,
  MAX_PAGES,
  missingPages,
  PAGE_LINES,
  withoutFarPages,
  withPage,
  withTail,
  type LogWindow,
} from "./log-window.ts";

/** A log in which every third line matches, so that positions and indexes differ. */
const log = (count: number): LogLine[] =>
  Array.from({ length: count }, (_, at) => someLine(at * 3));
const answer = (lines: LogLine[], page: number) => ({
  lines: lines.slice(page * PAGE_LINES, (page + 1) * PAGE_LINES),
  total: lines.length,
});
const held = (window: LogWindow): string[] =>
  Array.from({ length: window.total ?? 0 }, (_, at) => lineAt(window, at)?.text ?? "?");

describe("the part of a log that the browser holds", () => {
  test("asks for the pages that are looked at and not here", () => {
    const lines = log(1400);
    const window = withPage(EMPTY_WINDOW, 1, answer(lines, 1));
    expect(missingPages(window, 400, 1399)).toEqual([0, 2]);
    expect(missingPages(window, 500, 999)).toEqual([]);
    expect(missingPages(window, 1390, 5000)).toEqual([2]);
    expect(lastPage(window)).toBe(2);
  });

  test("knows an empty log from one it has not asked for", () => {
    const window = withPage(EMPTY_WINDOW, 0, { lines: [], total: 0 });
    expect(EMPTY_WINDOW.total).toBeNull();
    expect(window).toMatchObject({ total: 0, lastIndex: -1 });
    expect(lastPage(window)).toBeNull();
    expect(held(withTail(window, [someLine(7)]))).toEqual(["7"]);
  });

  test("cannot place lines that arrive before it knows the log's end", () => {
    const window = withPage(EMPTY_WINDOW, 0, answer(log(1400), 0));
    expect(window.lastIndex).toBeNull();
    expect(withTail(window, [someLine(4200)])).toBe(window);
  });

  test("counts lines behind a page that is not here, and asks for that page whole", () => {
    const lines = log(750);
    const end = withPage(EMPTY_WINDOW, 1, answer(lines, 1));
    const far: LogWindow = { ...end, pages: new Map() };
    const grown = withTail(far, [someLine(2250), someLine(2253)]);
    expect(grown.total).toBe(752);
    expect(missingPages(grown, 740, 751)).toEqual([1]);
  });

  test("knows where arrivals go when the page reaches to where they began", () => {
    const lines = log(1400);
    const growing = { lines: lines.slice(500, 1000), total: 1400 };
    expect(withPage(EMPTY_WINDOW, 1, growing, 2999).lastIndex).toBeNull();
    const heard = withPage(EMPTY_WINDOW, 1, growing, 2998);
    expect(heard).toMatchObject({ total: 1000, lastIndex: 2997 });
    expect(withTail(heard, lines.slice(900)).total).toBe(1400);
  });

  test("goes by what arrives once it knows the end, not by answers that are ahead of it", () => {
    const window = withPage(EMPTY_WINDOW, 0, answer(log(10), 0));
    const ahead = withPage(window, 0, answer(log(14), 0));
    expect(ahead.total).toBe(10);
    expect(held(withTail(ahead, log(14).slice(10)))).toHaveLength(14);
  });

  test("is not set back by an answer that is older than what arrived", () => {
    const lines = log(10);
    const window = withTail(withPage(EMPTY_WINDOW, 0, answer(lines, 0)), [someLine(30)]);
    const late = withPage(window, 0, answer(lines, 0));
    expect(late.total).toBe(11);
    expect(held(late)).toHaveLength(11);
    expect(held(late).at(-1)).toBe("30");
  });

  test("shows every line once, in order, however answers and arrivals overlap", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 1200 }),
        fc.array(fc.tuple(fc.nat({ max: 80 }), fc.nat({ max: 100 }), fc.boolean()), {
          maxLength: 20,
        }),
        (begin, steps) => {
          let lines = log(begin);
          let window = withPage(EMPTY_WINDOW, 0, answer(lines, 0));
          for (const [growth, repeated, isAsked] of steps) {
            const from = Math.max(0, lines.length - repeated);
            lines = log(lines.length + growth);
            window = withTail(window, lines.slice(from));
            if (!isAsked) continue;
            for (const page of missingPages(window, 0, window.total ?? 0)) {
              window = withPage(window, page, answer(lines, page));
            }
          }
          while (
            window.total !== lines.length ||
            missingPages(window, 0, lines.length).length > 0
          ) {
            const missing = missingPages(window, 0, window.total ?? 0);
            const pages = missing.length > 0 ? missing : [lastPage(window) ?? 0];
            for (const page of pages) window = withPage(window, page, answer(lines, page));
          }
          expect(held(window)).toEqual(lines.map((each) => each.text));
        },
      ),
    );
  });

  test("lets go of the pages that are the farthest away", () => {
    const lines = log(PAGE_LINES * 60);
    let window = EMPTY_WINDOW;
    for (let page = 0; page < 60; page += 1) {
      window = withoutFarPages(withPage(window, page, answer(lines, page)), page);
    }
    expect(window.pages.size).toBe(MAX_PAGES);
    expect(window.pages.has(59)).toBe(true);
    expect(window.pages.has(0)).toBe(false);
    expect(window.total).toBe(lines.length);
  });
});
