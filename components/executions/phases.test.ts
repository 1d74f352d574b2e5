import { describe, expect, test } from "vitest";
import type { AttemptView, PhaseMarks } from "#lib/core/execution-view.ts";
import { phaseSpans } from "./phases.ts";

const at = (seconds: number) => new Date(seconds * 1000).toISOString();

function attempt(
  marks: Partial<Record<keyof PhaseMarks, number>>,
  rest: Partial<AttemptView> = {},
): AttemptView {
  const dated = Object.entries(marks).map(([mark, seconds]) => [mark, at(seconds)]);
  return {
    id: "a",
    number: 0,
    state: "SUCCESS",
    runner: "kubernetes",
    connectionId: null,
    startedAt: null,
    endedAt: null,
    exitCode: 0,
    failure: null,
    waiting: null,
    pod: null,
    marks: Object.fromEntries(dated) as PhaseMarks,
    seal: { state: "live" },
    blackBox: null,
    upload: null,
    download: null,
    ...rest,
  };
}
const said = (one: AttemptView, nowSeconds: number) =>
  phaseSpans(one, nowSeconds * 1000)
    .filter((span) => span.toMs > span.fromMs)
    .map((span) => `${span.phase} ${(span.toMs - span.fromMs) / 1000}`);

const whole = {
  queued: 0,
  created: 1,
  scheduled: 2,
  pulled: 12,
  started: 13,
  running: 15,
  ended: 45,
  collected: 47,
  recorded: 48,
};

describe("where an attempt's time went", () => {
  test.each<[string, AttemptView, string[]]>([
    [
      "a whole attempt",
      attempt(whole, { endedAt: at(48) }),
      [
        "podflow 1",
        "node 1",
        "image 10",
        "start 1",
        "inputs 2",
        "code 30",
        "outputs 2",
        "podflow 1",
      ],
    ],
    [
      "an image that the node had, after the pod's network was made",
      attempt({ ...whole, pulling: 11, pulled: 11 }, { endedAt: at(48) }),
      [
        "podflow 1",
        "node 1",
        "start 9",
        "start 2",
        "inputs 2",
        "code 30",
        "outputs 2",
        "podflow 1",
      ],
    ],
    [
      "an image that the node is fetching, or what comes before",
      attempt({ queued: 0, created: 1, scheduled: 2 }),
      ["podflow 1", "node 1", "image 58"],
    ],
    ["a pod that waits for a node", attempt({ queued: 0, created: 1 }), ["podflow 1", "node 59"]],
    [
      "an image that never came",
      attempt({ queued: 0, created: 1, scheduled: 2, recorded: 30 }, { endedAt: at(30) }),
      ["podflow 1", "node 1", "image 28"],
    ],
    [
      "code that was killed with its pod",
      attempt({ queued: 0, created: 1, running: 5, recorded: 30 }, { endedAt: at(30) }),
      ["podflow 1", "inputs 4", "code 25"],
    ],
    [
      "a process has no node and no image",
      attempt({ queued: 0, created: 1, running: 2 }, { runner: "process" }),
      ["podflow 1", "inputs 1", "code 58"],
    ],
    [
      "a process that is being started",
      attempt({ queued: 0, created: 1 }, { runner: "process" }),
      ["podflow 1", "start 59"],
    ],
    [
      "a task of the worker itself",
      attempt({ queued: 0, running: 1, ended: 4, recorded: 5 }, { runner: "worker" }),
      ["podflow 1", "code 3", "podflow 1"],
    ],
    [
      "a second attempt begins after its pause",
      attempt(
        { queued: 0, created: 11, running: 12 },
        { runner: "process", number: 1, startedAt: at(10) },
      ),
      ["podflow 1", "inputs 1", "code 48"],
    ],
    ["nothing has happened yet", attempt({}), []],
    [
      "an image that is not there",
      attempt({ queued: 0, created: 1, scheduled: 2, ended: 5, collected: 5, recorded: 6 }),
      ["podflow 1", "node 1", "image 3", "podflow 1"],
    ],
  ])("%s", (_, one, expected) => {
    expect(said(one, 60)).toEqual(expected);
  });

  test("adds up to the attempt's time even when clocks disagree", () => {
    const spans = phaseSpans(attempt({ ...whole, scheduled: 0.5, pulled: 0.4 }), 0);
    const sum = spans.reduce((total, span) => total + span.toMs - span.fromMs, 0);
    expect(sum).toBe(48_000);
    expect(spans.every((span) => span.toMs >= span.fromMs)).toBe(true);
  });
});
