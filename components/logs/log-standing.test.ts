import { describe, expect, test } from "vitest";
import type { LogSeal } from "#lib/core/log-line.ts";
import { logStanding } from "./log-standing.ts";

const complete: LogSeal = { state: "complete", lines: 12, bytes: 871 };
const broken: LogSeal = {
  state: "incomplete",
  lines: 20_411,
  bytes: 1_500_000,
  gap: "possible gap of 7 s at line 20,411: the node rotated the file",
};
const torn: LogSeal = {
  ...broken,
  gaps: [5, 9, 14].map((afterLine) => ({ afterLine, from: null, to: null, why: "Lost." })),
};
const live: LogSeal = { state: "live" };
const ended = {
  isLive: false,
  isConnected: true,
  isFollowing: false,
  shown: 12,
  isFiltered: false,
};

describe("the foot of a log", () => {
  test.each([
    [
      "says that nothing is missing",
      { ...ended, seals: [complete] },
      ["Complete", "12 lines, 871 B, nothing missing"],
    ],
    [
      "adds attempts up",
      { ...ended, seals: [complete, complete] },
      ["Complete", "24 lines, 1.7 KB, nothing missing"],
    ],
    [
      "says how many of them are shown",
      { ...ended, seals: [complete], shown: 1, isFiltered: true },
      ["Complete", "1 line shown of 12 lines, 871 B, nothing missing"],
    ],
    [
      "names the gap",
      { ...ended, seals: [complete, broken] },
      [
        "Incomplete",
        "20,423 lines, 1.5 MB; possible gap of 7 s at line 20,411: the node rotated the file",
      ],
    ],
    [
      "counts many gaps",
      { ...ended, seals: [torn] },
      ["Incomplete", "20,411 lines, 1.5 MB; lines are missing, or may be, in 3 places"],
    ],
    [
      "is live while the execution is, even between two tasks",
      { ...ended, seals: [complete], isLive: true, isFollowing: true },
      ["Live", "12 lines, following"],
    ],
    [
      "does not call a log live that nothing arrives of",
      { ...ended, seals: [live], isLive: true, isConnected: false },
      ["Not connected", "12 lines, what was printed meanwhile follows once Podflow answers"],
    ],
    [
      "does not call a log complete whose end is not stored",
      { ...ended, seals: [live] },
      ["Not sealed", "12 lines so far; the end is being stored"],
    ],
    ["says that nothing ran", { ...ended, seals: [], shown: 0 }, ["Empty", "nothing ran"]],
  ])("%s", (_, options, [word, text]) => {
    expect(logStanding(options)).toMatchObject({ word, text });
  });

  test("has the hash of one attempt's log, and none of several", () => {
    const hashed = { ...complete, sha256: "ab12" };
    expect(logStanding({ ...ended, seals: [hashed] }).facts.sha256).toBe("ab12");
    expect(logStanding({ ...ended, seals: [hashed, hashed] }).facts.sha256).toBeNull();
    expect(logStanding({ ...ended, seals: [complete] }).facts.sha256).toBeNull();
  });

  test("lists the gaps that it only counts, and says when streams are joined", () => {
    const { facts } = logStanding({ ...ended, seals: [torn, { ...complete, isJoined: true }] });
    expect(facts).toEqual({
      sha256: null,
      gaps: ["Lost (after line 5).", "Lost (after line 9).", "Lost (after line 14)."],
      isJoined: true,
    });
  });
});
