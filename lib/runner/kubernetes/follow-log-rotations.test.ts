import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { readWhile, type Story, upTo } from "./log-story.ts";

/** Bytes of the parts in which long lines come, and of the line that is torn. */
const sizes = [
  { logSizes: {}, length: 700 },
  { logSizes: { partBytes: 100 }, length: 700 },
  { logSizes: { partBytes: 300 }, length: 700 },
];
const tears = sizes.flatMap((size) => [64, 320, 640].map((tornAt) => ({ ...size, tornAt })));

/** A line without a rhythm. */
const longLine = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => 32 + ((index * index) % 90)));

describe.concurrent("a line that a rotation tears", () => {
  test.each(
    [
      { name: "as the log's last", hasEnd: true, next: [] },
      { name: "as the log's last, without an end,", hasEnd: false, next: [] },
      { name: "before another without an end", hasEnd: true, next: [Buffer.from("no end")] },
    ].flatMap((its) => tears.map((tear) => ({ ...its, ...tear }))),
  )("$name comes once, whole ($logSizes, $tornAt)", async (its) => {
    const { logSizes, length, tornAt, hasEnd, next } = its;
    const { count, read, gaps } = await readWhile(
      1,
      async ({ node, printed, print }) => {
        print(5);
        await node.followed;
        printed.push(longLine(length), ...next);
        node.print(longLine(length), hasEnd, tornAt);
        for (const line of next) node.print(line, false);
        await pause(100);
        node.end();
      },
      { logSizes },
    );
    expect(read).toEqual(upTo(count));
    expect(gaps).toEqual([]);
  });

  test("comes once, whole, where the connection broke behind it", async () => {
    const { count, read, gaps } = await readWhile(1, async ({ node, printed, print }) => {
      print(5);
      await node.followed;
      printed.push(longLine(9000));
      node.print(longLine(9000), true, 3200);
      await pause(500);
      node.cut();
      await pause(100);
      print(5);
      await pause(100);
      node.end();
    });
    expect(read).toEqual(upTo(count));
    expect(gaps).toEqual([]);
  });
});

describe.concurrent("a log whose rotation fails", () => {
  test.each([1, 2, 3])("comes once while the program goes on (%i)", async (seed) => {
    const { count, read, gaps } = await readWhile(seed, async ({ node, random, print }) => {
      await node.followed;
      for (let step = 0; step < 15; step += 1) {
        print(5 + Math.floor(random() * 20));
        node.wait(30);
        if (random() < 0.4) node.rotateInVain();
        await pause(random() * 30);
      }
      node.end();
    });
    expect(read).toEqual(upTo(count));
    expect(gaps).toEqual([]);
  });

  test("comes once where the program ends at that moment", async () => {
    const { count, read, gaps } = await readWhile(1, async ({ node, print }) => {
      await node.followed;
      print(50);
      await pause(100);
      node.rotateInVain();
      print(5);
      node.end();
    });
    expect(read).toEqual(upTo(count));
    expect(gaps).toEqual([]);
  });

  test.each([1, 2, 3, 4])("within a line says so, or reads that again (%i)", async (seed) => {
    const { count, read, gaps } = await readWhile(seed, async ({ node, printed, print }) => {
      print(50);
      await node.followed;
      printed.push(longLine(700));
      node.print(longLine(700).subarray(0, 400), false);
      await pause(200);
      node.rotateInVain();
      await pause(200);
      node.print(longLine(700).subarray(400));
      print(5);
      await pause(100);
      node.end();
    });
    const isWrong = read[50] === -1;
    expect(read.with(50, 50)).toEqual(upTo(count));
    expect(gaps.map(({ afterLine }) => afterLine)).toEqual(isWrong ? [51] : []);
  });
});

describe.concurrent("a rotation while the program prints", () => {
  const logSizes = { lookBytes: 500, guardBytes: 4_000 };
  const lines = (first: number, count: number): Buffer[] =>
    Array.from({ length: count }, (_, index) => Buffer.from(`${first + index}: ${"-".repeat(30)}`));

  /** Prints so much that the log is guarded, and is rotated while the program has more at hand. */
  const busily =
    (rotations: number) =>
    async ({ node, printed }: Story): Promise<void> => {
      const print = (count: number, by = (line: Buffer): void => node.print(line)): void => {
        for (const line of lines(printed.length, count)) {
          printed.push(line);
          by(line);
        }
      };
      await node.followed;
      for (let rotation = 1; rotation <= rotations; rotation += 1) {
        const goOn = node.holdWholeReaders();
        print(120);
        const guards = (): number => node.requests.filter((its) => its === "log whole").length;
        while (guards() < rotation) await pause(5);
        await pause(200);
        const finish = node.rotateBusily();
        await pause(30);
        print(3, finish);
        print(20);
        await pause(200);
        goOn();
        await pause(200);
      }
      print(5);
      node.end();
    };

  test.each([1, 2])("costs no line, however often (%i)", async (rotations) => {
    const { count, read, gaps } = await readWhile(1, busily(rotations), { logSizes });
    expect(read).toEqual(upTo(count));
    expect(gaps).toEqual([]);
  });

  test("costs no line where the follower waits at the end of the old file", async () => {
    const { count, read, gaps } = await readWhile(
      1,
      async (story) => {
        await story.node.followed;
        const goOn = story.node.holdWholeReaders();
        story.print(200);
        await pause(500);
        story.node.strandFollowers();
        story.node.rotate();
        story.print(20);
        await pause(500);
        goOn();
        await pause(9_000);
        story.node.end();
      },
      { logSizes },
    );
    expect(read).toEqual(upTo(count));
    expect(gaps).toEqual([]);
  });

  test("is told where the old file cannot be asked for", async () => {
    const story = async (its: Story): Promise<void> => {
      its.node.refusesWhole = true;
      await its.node.followed;
      its.print(200);
      await pause(500);
      its.node.rotate();
      its.print(20);
      await pause(500);
      its.node.end();
    };
    const { count, read, gaps } = await readWhile(1, story, { logSizes });
    expect(read).toEqual(upTo(count));
    expect(gaps).toMatchObject([{ why: expect.stringContaining("rotated the log while") }]);
  });

  test("that comes early is told where it was", async () => {
    const { count, read, gaps } = await readWhile(
      1,
      async ({ node, print }) => {
        await node.followed;
        print(20);
        await pause(100);
        node.rotate();
        print(60);
        await pause(100);
        node.end();
      },
      { logSizes: { lookBytes: 500, guardBytes: 1_000_000 } },
    );
    expect(read).toEqual(upTo(count));
    expect(gaps).toMatchObject([{ why: expect.stringContaining("rotated the log while") }]);
  });

  test("is not asked about while the log is short", async () => {
    let asked: string[] = [];
    await readWhile(1, async ({ node, print }) => {
      asked = node.requests;
      await node.followed;
      print(100);
      await pause(300);
      node.end();
    });
    expect(asked.filter((kind) => kind.startsWith("log"))).toEqual(["log follow", "log tail"]);
  });
});
