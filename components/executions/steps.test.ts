import { describe, expect, test } from "vitest";
import type { AttemptView, PhaseMarks, Transfer } from "#lib/core/execution-view.ts";
import { anAttempt } from "./execution-fixture.ts";
import { onTheWayText, stepsOf } from "./steps.ts";

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();
const POD = { namespace: "default", name: "pod", node: "node-1", isKept: false };
const ALL = {
  queued: 0,
  created: 1,
  scheduled: 2,
  pulling: 3,
  pulled: 7,
  started: 8,
  running: 9,
  ended: 20,
  collected: 21,
  recorded: 22,
};
const half: Transfer = { done: 5e6, total: 10e6, file: { name: "a.bin", done: 5e6, size: 8e6 } };

function attempt(marks: Record<string, number>, rest: Partial<AttemptView> = {}): AttemptView {
  const dated = Object.entries(marks).map(([mark, seconds]) => [mark, at(seconds)]);
  return anAttempt({ pod: POD, marks: Object.fromEntries(dated) as PhaseMarks, ...rest });
}

const said = (one: AttemptView, outputs = { count: 0, bytes: 0 }): string[] =>
  stepsOf(one, outputs).map(
    ({ label, state, note }) => `${label}: ${state}${note ? ` (${note})` : ""}`,
  );
const until = (last: keyof typeof ALL): Record<string, number> => {
  const keys = Object.keys(ALL);
  return Object.fromEntries(Object.entries(ALL).slice(0, keys.indexOf(last) + 1));
};

describe("the steps of a pod", () => {
  test.each<[string, AttemptView, string[]]>([
    [
      "that is asked for",
      attempt(until("queued")),
      [
        "Pod created: now",
        "Scheduled: ahead (node-1)",
        "Image pulled: ahead",
        "Running: ahead",
        "Pod removed: ahead",
      ],
    ],
    [
      "whose image is being fetched",
      attempt(until("scheduled")),
      [
        "Pod created: done",
        "Scheduled: done (node-1)",
        "Image pulled: now",
        "Running: ahead",
        "Pod removed: ahead",
      ],
    ],
    [
      "whose input files are on their way",
      attempt(until("started"), { upload: half }),
      [
        "Pod created: done",
        "Scheduled: done (node-1)",
        "Image pulled: done (in 4.0 s)",
        "Files in: now (10.0 MB)",
        "Running: ahead",
        "Pod removed: ahead",
      ],
    ],
    [
      "that runs, and whose pull nobody saw",
      attempt({ created: 1, scheduled: 2, started: 8, running: 9 }),
      [
        "Pod created: done",
        "Scheduled: done (node-1)",
        "Image pulled: done",
        "Running: now",
        "Pod removed: ahead",
      ],
    ],
    [
      "whose output files are on their way",
      attempt(until("ended"), { download: half }),
      [
        "Pod created: done",
        "Scheduled: done (node-1)",
        "Image pulled: done (in 4.0 s)",
        "Running: done (for 11.0 s)",
        "Files out: now (10.0 MB)",
        "Pod removed: ahead",
      ],
    ],
    [
      "that failed",
      attempt({ ...ALL, removed: 23 }, { state: "FAILED", endedAt: at(22) }),
      [
        "Pod created: done",
        "Scheduled: done (node-1)",
        "Image pulled: done (in 4.0 s)",
        "Running: failed (for 11.0 s)",
        "Pod removed: done",
      ],
    ],
    [
      "whose image never came",
      attempt(
        { created: 1, scheduled: 2, ended: 5, collected: 5, recorded: 6 },
        { state: "FAILED", endedAt: at(6) },
      ),
      [
        "Pod created: done",
        "Scheduled: done (node-1)",
        "Image pulled: failed",
        "Running: never",
        "Pod removed: now (asked for)",
      ],
    ],
    [
      "that was never scheduled",
      attempt(
        { created: 1, recorded: 6 },
        { state: "FAILED", endedAt: at(6), pod: { ...POD, node: null } },
      ),
      [
        "Pod created: done",
        "Scheduled: failed",
        "Image pulled: never",
        "Running: never",
        "Pod removed: now (asked for)",
      ],
    ],
    [
      "that the flow keeps",
      attempt(ALL, { state: "SUCCESS", endedAt: at(22), pod: { ...POD, isKept: true } }),
      [
        "Pod created: done",
        "Scheduled: done (node-1)",
        "Image pulled: done (in 4.0 s)",
        "Running: done (for 11.0 s)",
        "Pod kept: done (as the flow says)",
      ],
    ],
  ])("%s", (_, one, expected) => {
    expect(said(one)).toEqual(expected);
  });

  test("with outputs say how many there are", () => {
    const ended = attempt({ ...ALL, removed: 23 }, { state: "SUCCESS", endedAt: at(22) });
    expect(said(ended, { count: 3, bytes: 212_000 })).toContain(
      "Files out: done (3 files, 212 KB)",
    );
  });

  test("tell an image that the node had", () => {
    expect(said(attempt({ ...until("running"), pulling: 7 }))).toContain(
      "Image pulled: done (already there)",
    );
  });
});

test.each<[string, Transfer | null, string | null]>([
  ["which file and how far all are", half, "5.0 MB of 10.0 MB, now a.bin"],
  ["how far they are between two files", { ...half, file: null }, "5.0 MB of 10.0 MB"],
  ["nothing once they are there", { ...half, done: half.total }, null],
  ["nothing without any", null, null],
])("of files on their way is told %s", (_, upload, text) => {
  expect(onTheWayText({ upload })).toBe(text);
});
