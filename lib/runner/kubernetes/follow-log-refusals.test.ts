import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { readWhile, upTo } from "./log-story.ts";

describe.concurrent("a pod's log that is not given out at first", () => {
  test.each([
    ["one refusal follows", { outages: 7, refusals: 1 }],
    ["it refuses for some seconds", { outages: 0, refusals: 8 }],
  ])("goes on where %s", async (_, { outages, refusals }) => {
    const { count, read, gaps } = await readWhile(1, async ({ node, print }) => {
      await node.followed;
      print(5);
      await pause(100);
      Object.assign(node, { outages, refusals });
      node.cut();
      while (node.outages + node.refusals > 0) await pause(20);
      print(5);
      node.end();
    });
    expect(read).toEqual(upTo(count));
    expect(gaps).toEqual([]);
  });

  test.each([
    ["a refusal", { refusals: 2 }],
    ["a complaint", { complaints: 2 }],
  ])("has its end where the program has ended and %s comes first", async (_, first) => {
    const story = readWhile(
      1,
      async ({ node, print }) => {
        print(5);
        node.end();
        // Two questions at a time: for the log, and for its last line.
        Object.assign(node, { outages: 12, ...first });
      },
      { isLate: true },
    );
    const { count, read, gaps } = await story;
    expect(read).toEqual(upTo(count));
    expect(gaps).toEqual([]);
  });

  test("is told to miss its end where the node never gives it out", async () => {
    const { read, gaps } = await readWhile(
      1,
      async ({ node, print }) => {
        print(5);
        node.end();
        node.complaints = Infinity;
      },
      { isLate: true },
    );
    expect(read).toEqual([]);
    expect(gaps).toMatchObject([{ why: expect.stringContaining("unable to retrieve") }]);
  });
});
