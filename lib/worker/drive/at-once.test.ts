import { expect, test } from "vitest";
import { AtOnce } from "./at-once.ts";

test("no more than the limit run at the same time, and all come to their end", async () => {
  const atOnce = new AtOnce(3);
  let [running, most, ended] = [0, 0, 0];
  for (let piece = 0; piece < 10; piece += 1) {
    await atOnce.add(async () => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      ended += 1;
    });
  }
  await atOnce.settled();
  expect({ most, ended }).toEqual({ most: 3, ended: 10 });
});

test("what failed is told at the end, and before more begins", async () => {
  const failing = (): Promise<void> => Promise.reject(new Error("the disk is full"));
  const first = new AtOnce(2);
  await first.add(failing);
  await expect(first.settled()).rejects.toThrow("the disk is full");
  const other = new AtOnce(1);
  await other.add(failing);
  let hasBegun = false;
  const next = other.add(async () => void (hasBegun = true));
  await expect(next).rejects.toThrow("the disk is full");
  expect(hasBegun).toBe(false);
});
