import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const KEYS = ["commands", "beforeCommands", "containerImage", "env", "outputFiles", "inputFiles"];

test.each([
  ["comands", "commands"],
  ["command", "commands"],
  ["Commands", "commands"],
  ["outputfiles", "outputFiles"],
  ["output_files", "outputFiles"],
  ["evn", "env"],
  ["containerImgae", "containerImage"],
  ["zzz", null],
  ["", null],
])("%j means %j", (written, meant) => {
  expect(nearest(written, KEYS)).toBe(meant);
});

test("a very long name is compared in no time", () => {
  expect(nearest("x".repeat(100_000), KEYS)).toBeNull();
});
