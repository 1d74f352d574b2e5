import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { beginMark } from "./begin-mark.ts";
import { readWhile, type Story, upTo } from "./log-story.ts";

/** Also where long lines come in parts. */
const seeds = Array.from({ length: 6 }, (_, index) => index + 1).flatMap((seed) => [
  { seed, logSizes: {} },
  { seed, logSizes: { partBytes: 100 } },
]);

describe.concurrent("a pod's log", () => {
  test.each(seeds)(
    "arrives byte for byte, once and in order, over cuts, complaints and changes of worker (%o)",
    async ({ seed, logSizes }) => {
      const { count, read, gaps } = await readWhile(
        seed,
        async ({ node, printed, random, print }) => {
          node.cutChance = 0.3;
          node.earlyEndChance = 0.3;
          for (let step = 0; step < 25; step += 1) {
            print(Math.floor(random() * 30));
            if (random() < 0.2) node.cut();
            if (random() < 0.1) node.complaints = 1;
            if (random() < 0.1) node.wait(3_000);
            await pause(random() * 15);
          }
          node.cutChance = 0.1;
          node.earlyEndChance = 0.1;
          printed.push(Buffer.from("no end"));
          node.print(Buffer.from("no end"), false);
          node.end();
        },
        { handOvers: true, logSizes },
      );
      expect(read).toEqual(upTo(count));
      expect(gaps).toEqual([]);
    },
  );

  test.each(seeds)(
    "arrives whole over rotations while the connection holds (%o)",
    async ({ seed, logSizes }) => {
      const { count, read, gaps } = await readWhile(
        seed,
        async ({ node, random, print }) => {
          await node.followed;
          for (let step = 0; step < 15; step += 1) {
            print(Math.floor(random() * 20));
            if (random() < 0.3) node.rotate();
            await pause(random() * 15);
          }
          node.end();
        },
        { logSizes },
      );
      expect(read).toEqual(upTo(count));
      expect(gaps).toEqual([]);
    },
  );

  test.each(seeds)("misses nothing without a gap at its place (%o)", async ({ seed, logSizes }) => {
    const { count, read, gaps } = await readWhile(
      seed,
      async ({ node, random, print }) => {
        for (let step = 0; step < 15; step += 1) {
          print(Math.floor(random() * 20));
          if (random() < 0.3) node.cut();
          if (random() < 0.3) {
            node.wait(10_000);
            node.rotate();
          }
          await pause(random() * 15);
        }
        node.end();
      },
      { handOvers: true, logSizes },
    );
    // In order, and none twice. Of a line that comes in parts the first ones may be all that is left.
    const found = read.filter((number) => number >= 0);
    expect(found).toEqual([...new Set(found)].toSorted((one, other) => one - other));
    const holes = new Set<number>();
    let before = 0;
    for (const number of upTo(count)) {
      const place = read.indexOf(number);
      if (place < 0) holes.add(read[before] === -1 ? before + 1 : before);
      else before = place + 1;
    }
    expect(read.filter((number) => number < 0).length).toBeLessThanOrEqual(holes.size);
    expect(gaps.map(({ afterLine }) => afterLine)).toEqual(expect.arrayContaining([...holes]));
  });

  test("has no line twice where the rest was read beside a slow follower, and broke off", async () => {
    const { count, read, gaps } = await readWhile(1, async ({ node, print }) => {
      print(20);
      await node.followed;
      await pause(300);
      const goOn = node.holdFollowers();
      print(40);
      node.earlyEnds = 1;
      node.end();
      while (node.earlyEnds > 0) await pause(5);
      await pause(100);
      goOn();
    });
    expect(read).toEqual(upTo(count));
    expect(gaps).toEqual([]);
  });

  test.each([
    ["before its stream", "end"],
    ["after its stream", "breakOff"],
  ] as const)(
    "costs one small request more where its end was followed, told %s",
    async (_, ending) => {
      let asked: string[] = [];
      const { count, read, gaps } = await readWhile(1, async ({ node, print }) => {
        asked = node.requests;
        await node.followed;
        print(20);
        await pause(300);
        if (ending === "breakOff") {
          node.endFollowing();
          await pause(300);
        }
        node.end();
      });
      expect(read).toEqual(upTo(count));
      expect(gaps).toEqual([]);
      const ofPod = asked.filter((kind) => kind.startsWith("log") || kind === "pod");
      expect(ofPod).toEqual(["log follow", "log tail"]);
    },
  );

  test("that was rotated before it was first read says that its beginning is missing", async () => {
    const { count, read, gaps } = await readWhile(
      1,
      async ({ node, print }) => {
        print(5);
        node.rotate();
        print(5);
        node.end();
      },
      { isLate: true },
    );
    expect(read).toEqual(upTo(count).slice(5));
    expect(gaps).toMatchObject([{ isBeginning: true, why: expect.stringContaining("missing") }]);
  });

  test("of a program without a shell has its beginning when it was read early", async () => {
    const story = async ({ node, print }: Story): Promise<void> => {
      print(5);
      node.end();
    };
    const { count, read, gaps } = await readWhile(1, story, { command: ["/app"] });
    expect(read).toEqual(upTo(count));
    expect(gaps).toEqual([]);
  });

  test("of a program without a shell that was read late does not claim its beginning", async () => {
    const { read, gaps } = await readWhile(
      1,
      async ({ node, print }) => {
        node.wait(60_000);
        print(5);
        node.end();
      },
      { command: ["/app"], isLate: true },
    );
    expect(read).toHaveLength(5);
    expect(gaps).toMatchObject([{ isBeginning: true, why: expect.stringContaining("not proven") }]);
  });

  test("keeps a line of the program that looks like the mark", async () => {
    const mark = beginMark("a1");
    const { read } = await readWhile(1, async ({ node, printed }) => {
      printed.push(Buffer.from(mark));
      node.print(Buffer.from(mark));
      node.end();
    });
    expect(read).toEqual([0]);
  });
});
