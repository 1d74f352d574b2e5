import { describe, expect, it } from "vitest";
import { Marks } from "./marks.ts";

const second = new Date("2026-01-01T00:00:05.000Z");
const at = (ms: number): Date => new Date(second.getTime() + ms);

describe("the moments of a run", () => {
  const cases: [string, Date, Date, Date][] = [
    ["told in whole seconds are those at which they were seen", second, at(400), at(400)],
    ["stay within the second that was told", second, at(2500), at(999)],
    ["are not before it when our clock is behind", second, at(-300), second],
    ["told to the millisecond stay as they are", at(123), at(400), at(123)],
  ];
  it.each(cases)("%s", (_title, told, seen, expected) => {
    expect(new Marks({}).seen({ started: told }, seen)).toEqual({
      started: expected.toISOString(),
    });
  });

  it("are told once: the first word counts, also of the worker before", () => {
    const marks = new Marks({ created: at(1).toISOString() });
    expect(marks.seen({ created: at(7), ended: at(8), node: "n" }, at(9))).toEqual({
      ended: at(8).toISOString(),
    });
    expect(marks.note("ended", at(10))).toEqual({});
  });
});
