import { describe, expect, test } from "vitest";
import { paths } from "#lib/core/paths.ts";
import { filterFrom, isFiltered, loadUrlFilter, NO_FILTER } from "./list-filter.ts";

const now = Date.parse("2026-11-24T12:00:00.000Z");

describe("the filter of the list of executions", () => {
  test("is read from the links that other pages make", () => {
    const filter = {
      namespace: "finance",
      flowId: "report",
      states: ["FAILED" as const, "KILLED" as const],
      from: "2026-11-01T00:00:00.000Z",
      text: "a,b & c",
    };
    const url = loadUrlFilter(new URLSearchParams(paths.executions(filter).split("?")[1]));
    expect(filterFrom(url, now)).toEqual(filter);
  });

  test("moves on with the time", () => {
    const url = { ...NO_FILTER, last: "24h" as const, from: "2020-01-01" };
    expect(filterFrom(url, now)).toEqual({ from: "2026-11-23T12:00:00.000Z" });
  });

  test("leaves out what is no date and what is empty", () => {
    const url = { ...NO_FILTER, from: "yesterday", to: "0000-01-01", text: "", states: [] };
    expect(filterFrom(url, now)).toEqual({});
  });

  test("knows whether it says anything", () => {
    expect(isFiltered(NO_FILTER)).toBe(false);
    expect(isFiltered({ ...NO_FILTER, states: [] })).toBe(false);
    expect(isFiltered({ ...NO_FILTER, states: ["FAILED"] })).toBe(true);
  });
});
