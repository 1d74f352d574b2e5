import { readdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { choose } from "#e2e/cluster/choose.ts";
import { openRunnerStage, type RunnerStage } from "#e2e/cluster/runner-stage.ts";
import type { LogBatch, RunHandle } from "../contract.ts";
import { readLog, scriptSpec, textsOf } from "./test-stage.ts";

// Of other ways to a cluster the files of the node are not ours.
const isOwn = (await choose()) === "own";
let stage: RunnerStage;

beforeAll(async () => {
  stage = await openRunnerStage();
});
afterAll(() => stage.close());

const signal = (): AbortSignal => AbortSignal.timeout(150_000);

/** Reads the log of a script while it is written. */
async function logOf(
  script: string,
  meanwhile: (handle: RunHandle) => Promise<void> = async () => undefined,
): Promise<LogBatch[]> {
  const runner = await stage.namespace.runner();
  const handle = await runner.start(scriptSpec(script), signal());
  try {
    const [log] = await Promise.all([readLog(runner, handle, signal()), meanwhile(handle)]);
    return log;
  } finally {
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
    await runner.close();
  }
}

/** Where numbered lines do not follow each other, and no gap says that some may be missing. */
function untoldJumps(log: LogBatch[]): string[] {
  const jumps: string[] = [];
  let last = 0;
  let isBehindGap = false;
  for (const batch of log) {
    isBehindGap ||= batch.gap !== undefined;
    for (const text of textsOf([batch])) {
      const number = Number.parseInt(text, 10);
      // Behind a gap, the end of a line may be all that is left of it.
      if (isBehindGap && Number.isNaN(number)) continue;
      const follows = isBehindGap ? number > last : number === last + 1;
      if (!follows) jumps.push(`${text} follows ${last}`);
      [last, isBehindGap] = [number, false];
    }
  }
  return jumps;
}

describe.concurrent("the log of a program that prints while its node rotates it", () => {
  test("lacks no line without a word, and has none twice", async () => {
    // 1.5 MB a second, which the node rotates every ten seconds.
    const script = [
      "tail=$(head -c 64 /dev/zero | tr '\\0' .); i=0",
      "while [ $i -lt 1500 ]; do",
      '  seq $((i*300+1)) $((i*300+300)) | sed "s/$/ $tail/"; i=$((i+1)); sleep 0.005',
      "done",
    ].join("\n");
    const log = await logOf(script);
    const gaps = log.flatMap(({ gap }) => gap ?? []);
    expect(gaps.filter(({ why }) => !why.includes("rotated the log"))).toEqual([]);
    expect(untoldJumps(log)).toEqual([]);
    expect(textsOf(log).at(-1)).toMatch(/^450000 /);
  });

  test.skipIf(!isOwn)("has each line once where the rotation fails", async () => {
    const script = "i=0; while [ $i -lt 80 ]; do i=$((i+1)); echo $i; sleep 0.1; done";
    const log = await logOf(script, async ({ name }) => {
      await pause(4_000);
      const logs = join(dirname(stage.cluster.kubeconfigPath), "data/pod-logs");
      const pod = readdirSync(logs).find((folder) => folder.includes(name)) ?? "none";
      const file = join(logs, pod, "main/0.log");
      // As the kubelet does when the runtime cannot open another one.
      renameSync(file, `${file}.moved`);
      renameSync(`${file}.moved`, file);
    });
    expect(textsOf(log)).toEqual(Array.from({ length: 80 }, (_, index) => String(index + 1)));
    expect(log.filter(({ gap }) => gap)).toEqual([]);
  });
});
