import { describe, expect, test } from "vitest";
import { anAttempt, aTaskRun } from "./execution-fixture.ts";
import { timeSpent } from "./time-spent.ts";

const at = (seconds: number) => new Date(seconds * 1000).toISOString();
const stretch = (from: number, to: number) => ({
  fromMs: from * 1000,
  toMs: to * 1000,
  nowMs: to * 1000,
});
const first = anAttempt({
  startedAt: at(1),
  endedAt: at(7),
  upload: { done: 48_200_000, total: 48_200_000, file: null },
  marks: {
    queued: at(1),
    created: at(1.5),
    scheduled: at(1.52),
    pulled: at(1.53),
    started: at(2),
    running: at(3),
    ended: at(6),
    collected: at(6.5),
    recorded: at(7),
  },
});

describe("where the time went", () => {
  test("adds up to the whole time, ours included", () => {
    const run = aTaskRun({
      attempts: [first],
      files: [{ uri: "kestra:///a", name: "a.csv", size: 212_000, sha256: "" }],
    });
    expect(timeSpent({ runs: [run], ...stretch(0, 8) })).toEqual([
      { label: "Waited for a node", text: "0.02 s" },
      { label: "Pulled the image", text: "already there" },
      { label: "Started", text: "0.47 s" },
      { label: "Input files", text: "1.0 s · 48.2 MB" },
      { label: "Your code", text: "3.0 s" },
      { label: "Output files", text: "0.50 s · 212 KB" },
      { label: "Podflow", text: "3.0 s" },
    ]);
  });

  test("names the pause between two attempts", () => {
    const second = anAttempt({
      number: 1,
      runner: "worker",
      startedAt: at(17),
      endedAt: at(20),
      marks: { queued: at(7), running: at(17), ended: at(20), recorded: at(20) },
    });
    const [pause] = timeSpent({
      runs: [aTaskRun({ attempts: [first, second] })],
      ...stretch(1, 20),
    });
    expect(pause).toEqual({ label: "Waited to try again", text: "10.0 s" });
  });

  test("is all ours before anything runs", () => {
    expect(timeSpent({ runs: [], ...stretch(0, 2) })).toEqual([
      { label: "Podflow", text: "2.0 s" },
    ]);
  });
});
