import { expect, test } from "vitest";
import type { StoredEnding, StoredKeeper, StoredSpec, StoredStart } from "./attempt-folder.ts";
import { endingOfExit } from "./endings.ts";
import { observationOf, type Snapshot } from "./run-state.ts";

const spec: StoredSpec = {
  installationId: "i",
  attemptId: "a",
  identity: {
    namespace: "n",
    flowId: "f",
    taskId: "t",
    executionId: "e",
    taskRunId: "r",
    attemptNumber: 0,
  },
  command: ["true"],
  env: {},
  timeoutSeconds: null,
  createdAt: "2026-01-01T00:00:00.000Z",
};
const living: StoredKeeper & { isAlive: boolean } = {
  pid: 1,
  stamp: "s",
  isRemoval: false,
  isAlive: true,
};
const dead = { ...living, isAlive: false };
const start: StoredStart = { pid: 2, startedAt: "2026-01-01T00:00:01.000Z" };
const ending: StoredEnding = {
  ending: endingOfExit(0, null, ""),
  startedAt: start.startedAt,
  endedAt: "2026-01-01T00:00:02.000Z",
  logBytes: 0,
};
const base: Snapshot = { spec, keeper: null, start: null, ending: null, keeperWords: "" };

const rows: [string, Partial<Snapshot>, object][] = [
  ["waits for its files", {}, { phase: "pending", waiting: null }],
  ["waits for its keeper to begin", { keeper: living }, { phase: "pending" }],
  ["runs", { keeper: living, start }, { phase: "running" }],
  [
    "has ended, and its keeper is still there",
    { keeper: living, start, ending },
    { phase: "ended", ending: { kind: "exit", exitCode: 0 } },
  ],
  [
    "has ended, and its keeper is gone",
    { keeper: dead, start, ending },
    { phase: "ended", ending: { kind: "exit", exitCode: 0 } },
  ],
  [
    "lost its keeper while it ran",
    { keeper: dead, start, keeperWords: "Error: EIO" },
    { phase: "ended", ending: { kind: "lost", evidence: "Error: EIO", mainStarted: true } },
  ],
  [
    "lost its keeper before anybody knows whether it ran",
    { keeper: dead },
    { phase: "ended", ending: { kind: "lost", mainStarted: true } },
  ],
  [
    "was removed before it began",
    { keeper: { ...dead, isRemoval: true } },
    { phase: "ended", ending: { kind: "deleted", mainStarted: false } },
  ],
  [
    "is not there",
    { spec: null },
    { phase: "ended", ending: { kind: "deleted", exitCode: null, fault: "platform" } },
  ],
];

test.for(rows)("an attempt that %s", ([, snapshot, expected]) => {
  expect(observationOf({ ...base, ...snapshot })).toMatchObject(expected);
});

test("the moments of a run are those its keeper wrote down", () => {
  expect(observationOf({ ...base, keeper: dead, start, ending }).marks).toEqual({
    created: new Date("2026-01-01T00:00:00.000Z"),
    started: new Date("2026-01-01T00:00:01.000Z"),
    running: new Date("2026-01-01T00:00:01.000Z"),
    ended: new Date("2026-01-01T00:00:02.000Z"),
  });
});
