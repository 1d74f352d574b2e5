import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { LogBatch, RunLogGap } from "../contract.ts";
import { beginMark, markedCommand } from "./begin-mark.ts";
import { createKubernetesRunner } from "./kubernetes-runner.ts";
import { ModelNode } from "./model-node.ts";

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A line that no other is equal to, of any bytes but a line feed; sometimes a long one. */
function someLine(random: () => number, number: number): Buffer {
  const length = random() < 0.2 ? Math.floor(random() * 1500) : Math.floor(random() * 40);
  const noise = Array.from({ length }, () => Math.floor(random() * 256)).filter((b) => b !== 10);
  return Buffer.concat([Buffer.from(`${number}:`), Buffer.from(noise)]);
}

interface Story {
  node: ModelNode;
  printed: Buffer[];
  random: () => number;
  print: (count: number) => void;
}

const MARKED = markedCommand(["/bin/sh", "-c", "true"], "a1");

/**
 * Reads a log while it is written as the story says, by several runners one after the other. What was
 * read is told by the numbers of the printed lines with just these bytes; -1 is a line of no such.
 */
async function readWhile(
  seed: number,
  story: (its: Story) => Promise<void>,
  options: { command?: string[]; handOvers?: boolean; isLate?: boolean } = {},
): Promise<{ count: number; read: number[]; gaps: (RunLogGap & { afterLine: number })[] }> {
  const random = randomOf(seed);
  const command = options.command ?? MARKED;
  const node = new ModelNode({ random, command });
  await node.listen();
  const printed: Buffer[] = [];
  const print = (count: number): void => {
    for (let at = 0; at < count; at += 1) {
      printed.push(someLine(random, printed.length));
      node.print(printed.at(-1) ?? Buffer.alloc(0));
    }
  };
  if (command === MARKED) node.print(Buffer.from(beginMark("a1")));
  const told = story({ node, printed, random, print });
  if (options.isLate) await told;
  const read: string[] = [];
  const gaps: (RunLogGap & { afterLine: number })[] = [];
  let cursor: string | null = null;
  const signal = AbortSignal.timeout(90_000);
  try {
    for (let isOver = false; !isOver;) {
      const runner = createKubernetesRunner({
        access: node.access,
        installationId: "here",
        defaultNamespace: "ns",
      });
      isOver = true;
      for await (const batch of runner.followLog(node.handle, cursor, signal)) {
        note(batch);
        cursor = batch.cursor;
        if (!options.handOvers || random() > 0.1) continue;
        isOver = false;
        break;
      }
      await runner.close();
    }
    await told;
  } finally {
    node.close();
  }
  const numbers = new Map(printed.map((line, index) => [line.toString("latin1"), index]));
  return { count: printed.length, read: read.map((line) => numbers.get(line) ?? -1), gaps };

  function note({ lines, gap }: LogBatch): void {
    if (gap) gaps.push({ ...gap, afterLine: gap.isBeginning ? 0 : read.length });
    for (const { bytes } of lines) read.push(Buffer.from(bytes).toString("latin1"));
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const seeds = Array.from({ length: 6 }, (_, index) => index + 1);

describe.concurrent("a pod's log", () => {
  test.each(seeds)(
    "arrives byte for byte, once and in order, over cuts, complaints and changes of worker (%i)",
    async (seed) => {
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
        { handOvers: true },
      );
      expect(read).toEqual(upTo(count));
      expect(gaps).toEqual([]);
    },
  );

  test.each(seeds)("arrives whole over rotations while the connection holds (%i)", async (seed) => {
    const { count, read, gaps } = await readWhile(seed, async ({ node, random, print }) => {
      await node.followed;
      for (let step = 0; step < 15; step += 1) {
        print(Math.floor(random() * 20));
        if (random() < 0.3) node.rotate();
        await pause(random() * 15);
      }
      node.end();
    });
    expect(read).toEqual(upTo(count));
    expect(gaps).toEqual([]);
  });

  test.each(seeds)("misses nothing without a gap at its place (%i)", async (seed) => {
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
      { handOvers: true },
    );
    const places = upTo(count).map((number) => read.indexOf(number));
    // In order, and none twice.
    expect(places.filter((place) => place >= 0)).toEqual(upTo(read.length));
    const holes = new Set<number>();
    let before = 0;
    for (const place of places) {
      if (place >= 0) before = place + 1;
      else holes.add(before);
    }
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
