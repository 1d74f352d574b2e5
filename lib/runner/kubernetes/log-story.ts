import type { LogBatch, RunLogGap } from "../contract.ts";
import { continues } from "../growing-line.ts";
import { beginMark, markedCommand } from "./begin-mark.ts";
import { createKubernetesRunner } from "./kubernetes-runner.ts";
import type { LogSizes } from "./log-reader.ts";
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

/** A program on a model of a node, for who tells what happens to it. */
export interface Story {
  node: ModelNode;
  printed: Buffer[];
  random: () => number;
  print: (count: number) => void;
}

/** A command whose shell marks its log's beginning. */
const MARKED = markedCommand(["/bin/sh", "-c", "true"], "a1");

/**
 * Reads a log while it is written as the story says, by several runners one after the other. What was
 * read is told by the numbers of the printed lines with just these bytes; -1 is a line of no such.
 */
export async function readWhile(
  seed: number,
  story: (its: Story) => Promise<void>,
  options: {
    command?: string[];
    handOvers?: boolean;
    isLate?: boolean;
    logSizes?: LogSizes;
  } = {},
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
        logSizes: options.logSizes,
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
    for (const line of lines) {
      const continued = continues(line) ? (read.pop() ?? "") : "";
      read.push(continued + Buffer.from(line.bytes).toString("latin1"));
    }
  }
}

/** The numbers of so many printed lines. */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
