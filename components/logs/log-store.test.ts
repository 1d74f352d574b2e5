import { describe, expect, test } from "vitest";
import type { LogLine } from "#lib/core/log-line.ts";
import { someLine } from "./line-fixture.ts";
import { createLogStore, type LogStore } from "./log-store.ts";
import { lineAt, PAGE_LINES } from "./log-window.ts";

const line = (index: number): LogLine =>
  someLine(index, { taskRunId: index % 2 === 0 ? "even" : "odd", taskId: null });

/** A server's log that grows, of which the store sees the even lines. */
function server(begin: number) {
  let lines = Array.from({ length: begin }, (_, at) => line(at));
  const asked: number[] = [];
  let isDown = false;
  const matches = (each: LogLine) => each.taskRunId === "even";
  return {
    asked,
    down: (is: boolean) => {
      isDown = is;
    },
    grow: (count: number): LogLine[] => {
      const added = Array.from({ length: count }, (_, at) => line(lines.length + at));
      lines = [...lines, ...added];
      return added;
    },
    store: createLogStore({
      matches,
      readPage: async (page) => {
        asked.push(page);
        if (isDown) throw new Error("down");
        const all = lines.filter(matches);
        return {
          lines: all.slice(page * PAGE_LINES, (page + 1) * PAGE_LINES),
          total: all.length,
        };
      },
    }),
  };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};
const texts = (store: LogStore, first: number, last: number): (string | undefined)[] =>
  Array.from(
    { length: last - first + 1 },
    (_, at) => lineAt(store.snapshot().window, first + at)?.text,
  );

describe("a log that is read in pages and grows", () => {
  test("reads its first and its last page, and the rest when it is looked at", async () => {
    const { store, asked } = server(6000);
    store.start();
    await settled();
    expect(store.snapshot().window.total).toBe(3000);
    expect(asked).toEqual([0, 5]);
    store.look(1200, 1230);
    await settled();
    expect(asked).toEqual([0, 5, 2]);
    expect(texts(store, 1200, 1201)).toEqual(["2400", "2402"]);
  });

  test("places what arrives while the first page is still under way", async () => {
    const { store, grow } = server(10);
    store.start();
    store.receive(grow(4));
    await settled();
    store.receive(grow(2));
    expect(texts(store, 0, 7)).toEqual(["0", "2", "4", "6", "8", "10", "12", "14"]);
    expect(store.snapshot().window.total).toBe(8);
  });

  test("keeps up with a log that grows faster than its pages are read", async () => {
    const { store, grow } = server(3000);
    store.start();
    for (let turn = 0; turn < 30; turn += 1) {
      store.receive(grow(1000));
      await Promise.resolve();
    }
    await settled();
    const { window } = store.snapshot();
    expect(window.total).toBe(16_500);
    const last = window.total ?? 0;
    store.look(last - 30, last - 1);
    await settled();
    expect(texts(store, last - 1, last - 1)).toEqual(["32998"]);
  });

  test("shows what is sent twice once", async () => {
    const { store, grow } = server(2);
    store.start();
    await settled();
    const added = grow(6);
    store.receive(added);
    store.receive(added.slice(2));
    expect(texts(store, 0, 4)).toEqual(["0", "2", "4", "6", undefined]);
  });

  test("reads the end again when a stretch did not arrive", async () => {
    const { store, grow } = server(2);
    store.start();
    await settled();
    store.receive(grow(2));
    grow(4);
    store.receive(grow(2));
    await settled();
    expect(texts(store, 0, 4)).toEqual(["0", "2", "4", "6", "8"]);
  });

  test("says that the server does not answer, and keeps what it has", async () => {
    const { store, down } = server(4000);
    store.start();
    await settled();
    down(true);
    store.look(700, 720);
    await settled();
    expect(store.snapshot().error).toBeInstanceOf(Error);
    expect(texts(store, 0, 0)).toEqual(["0"]);
    down(false);
    store.look(700, 720);
    await settled();
    expect(store.snapshot().error).toBeNull();
    expect(texts(store, 700, 700)).toEqual(["1400"]);
  });

  test("is silent once it is stopped", async () => {
    const { store } = server(10);
    store.start()();
    await settled();
    expect(store.snapshot().window.total).toBeNull();
  });
});
