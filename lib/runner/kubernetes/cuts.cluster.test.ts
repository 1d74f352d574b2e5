import { createHash, randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Api } from "#e2e/cluster/api.ts";
import { type Detour, openDetour } from "#e2e/cluster/detour.ts";
import { openRunnerStage, type RunnerStage } from "#e2e/cluster/runner-stage.ts";
import type { AttemptSpec, LogBatch, RunHandle, RunLogGap, Runner } from "../contract.ts";
import { inputFile } from "../contract-suite/stage.ts";
import { type TestNamespace, readLog, scriptSpec, textsOf, watchToEnd } from "./test-stage.ts";

let stage: RunnerStage;
let admin: Api;
let namespace: TestNamespace;
let folder: string;

beforeAll(async () => {
  stage = await openRunnerStage();
  ({ admin, namespace, folder } = stage);
});

afterAll(() => stage.close());

const signal = (): AbortSignal => AbortSignal.timeout(150_000);

/** Works with a runner whose way to the API server can be broken, and removes what it started. */
async function withBrittle(
  work: (
    detour: Detour,
    runner: Runner,
    start: (spec: AttemptSpec) => Promise<RunHandle>,
  ) => Promise<void>,
): Promise<void> {
  const detour = await openDetour(admin, folder);
  const runner = await namespace.runner({ kubeconfigPath: detour.kubeconfigPath });
  const started: RunHandle[] = [];
  try {
    await work(detour, runner, async (spec) => {
      const handle = await runner.start(spec, signal());
      started.push(handle);
      return handle;
    });
  } finally {
    await detour.restore();
    for (const handle of started) await runner.destroy(handle, { graceSeconds: 0 }, signal());
    await runner.close();
    await detour.stop();
  }
}

const isOfRotation = ({ why }: RunLogGap): boolean =>
  why.includes("rotated the log while it was followed");

const counting = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

describe.concurrent("a connection that breaks", () => {
  test("costs no line and repeats none, however often", async () => {
    await withBrittle(async (detour, runner, start) => {
      const script =
        "i=0; while [ $i -lt 4000 ]; do i=$((i+1)); echo $i; [ $((i % 50)) = 0 ] && sleep 0.05; done";
      const handle = await start(scriptSpec(script));
      let cuts = 0;
      const cutting = setInterval(() => {
        if (cuts < 12) detour.cut();
        cuts += 1;
      }, 400);
      const [log, { ending }] = await Promise.all([
        readLog(runner, handle, signal()),
        watchToEnd(runner, handle, signal()),
      ]);
      clearInterval(cutting);
      expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
      expect(log.filter(({ gap }) => gap)).toEqual([]);
      expect(textsOf(log)).toEqual(counting(1, 4000));
    });
  });

  test("while the program ends is mended, and the end is seen", async () => {
    await withBrittle(async (detour, runner, start) => {
      const handle = await start(scriptSpec("echo begun; sleep 2; echo over; exit 9"));
      const watched = watchToEnd(runner, handle, signal());
      const log: LogBatch[] = [];
      for await (const batch of runner.followLog(handle, null, signal())) {
        log.push(batch);
        if (log.length > 1) continue;
        await detour.block();
        await pause(4_000);
        await detour.restore();
      }
      expect((await watched).ending).toMatchObject({ kind: "exit", exitCode: 9 });
      expect(textsOf(log)).toEqual(["begun", "over"]);
    });
  });

  test("while a pod is asked for gives one pod", async () => {
    await withBrittle(async (detour, runner, start) => {
      const cutting = setInterval(() => detour.cut(), 5);
      setTimeout(() => clearInterval(cutting), 300);
      const handle = await start(scriptSpec("echo once"));
      const { ending } = await watchToEnd(runner, handle, signal());
      expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
      const runs = await runner.list(signal());
      expect(runs.filter((run) => run.handle.attemptId === handle.attemptId)).toHaveLength(1);
    });
  });

  test("in the middle of files in and out costs nothing of them", async () => {
    await withBrittle(async (detour, runner, start) => {
      // One is larger than the pieces that are verified one by one.
      const files = [
        inputFile("small.bin", randomBytes(12 * 1024 ** 2)),
        inputFile("in a folder/large.bin", randomBytes(48 * 1024 ** 2 + 7), true),
        inputFile("last.bin", randomBytes(12 * 1024 ** 2)),
      ];
      const names = files.map(({ path }) => `"${path}"`).join(" ");
      const script = `sha256sum ${names} && [ -x "in a folder/large.bin" ]`;
      const spec = scriptSpec(script, { inputFiles: files, keepsFiles: true });
      const handle = await start(spec);
      let cuts = 0;
      const cutOnce = (): void => {
        if (cuts < 3) detour.cut();
        cuts += 1;
      };
      const delivering = runner.deliver(handle, spec, signal(), (done) => {
        if (done > (cuts + 1) * 20e6) cutOnce();
      });
      const [{ ending }] = await Promise.all([watchToEnd(runner, handle, signal()), delivering]);
      expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
      expect(cuts).toBeGreaterThan(0);
      const sums = textsOf(await readLog(runner, handle, signal()));
      expect(sums).toEqual(files.map(({ path, sha256 }) => `${sha256}  ${path}`));
      let isCut = false;
      const collected = await runner.collect(
        handle,
        {
          choose: () => files.map(({ path }) => path),
          receive: async ({ body }) => {
            let received = 0;
            for await (const chunk of body) {
              received += chunk.length;
              if (received < 8e6 || isCut) continue;
              isCut = true;
              detour.cut();
            }
          },
        },
        signal(),
      );
      const expected = files.map(({ path, size, sha256 }) => ({ path, size, sha256 }));
      expect(collected).toMatchObject(expected);
      expect(isCut).toBe(true);
    });
  });
});

describe.concurrent("an API server that is away", () => {
  test("for longer than a restart, while files are fetched, costs none of them", async () => {
    await withBrittle(async (detour, runner, start) => {
      const handle = await start(scriptSpec("echo kept > kept.txt", { keepsFiles: true }));
      await watchToEnd(runner, handle, signal());
      await detour.block();
      const waits: (string | null)[] = [];
      const collecting = runner.collect(
        handle,
        {
          choose: () => ["kept.txt"],
          receive: async ({ body }) => void (await Array.fromAsync(body)),
          onWait: (waiting) => waits.push(waiting?.kind ?? null),
        },
        signal(),
      );
      const away = await Promise.race([pause(12_000, "away"), collecting]);
      expect(away).toBe("away");
      await detour.restore();
      expect(await collecting).toMatchObject([{ path: "kept.txt", size: 5 }]);
      expect(new Set(waits)).toEqual(new Set(["unreachable", null]));
      expect(waits.at(-1)).toBeNull();
    });
  });
});

describe.concurrent("a log of any kind", () => {
  const logOf = async (script: string): Promise<LogBatch[]> => {
    const runner = await namespace.runner();
    const handle = await runner.start(scriptSpec(script), signal());
    const log = await readLog(runner, handle, signal());
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
    await runner.close();
    return log;
  };

  test("100,000 lines arrive once each, in order", async () => {
    const log = await logOf("seq 1 100000");
    expect(textsOf(log)).toEqual(counting(1, 100_000));
  });

  test("a line of 10 MiB stays one line, and the last needs no end", async () => {
    const log = await logOf("head -c 10485760 /dev/zero | tr '\\0' x; echo; printf end");
    expect(textsOf(log).map((text) => text.length)).toEqual([10_485_760, 3]);
    expect(log.filter(({ gap }) => gap)).toEqual([]);
  });

  test("a line of 40 MiB comes in parts that are all of it, or says that a rotation tore it", async () => {
    const log = await logOf("head -c 41943040 /dev/zero | tr '\\0' x; echo y; printf end");
    const lines = log.flatMap((batch) => batch.lines);
    const gaps = log.flatMap(({ gap }) => gap ?? []);
    // A slow machine may not be done when the node looks for files to rotate.
    expect(gaps.filter((gap) => !isOfRotation(gap))).toEqual([]);
    if (gaps.length > 0) return;
    // Two pieces that a rotation tore apart are joined.
    for (const { bytes } of lines) expect(bytes.length).toBeLessThanOrEqual(24 * 1024 * 1024);
    const long = Buffer.concat(lines.slice(0, -1).map(({ bytes }) => bytes));
    expect(long.equals(Buffer.from(`${"x".repeat(41_943_040)}y`))).toBe(true);
    const areContinued = lines.map(({ part }) => part !== undefined && part.before.length > 0);
    expect(areContinued).toEqual(lines.map((_, at) => at > 0 && at < lines.length - 1));
  });

  test("is whole for who read it over a rotation, and lacks its beginning for who comes later", async () => {
    const runner = await namespace.runner();
    // The node looks every ten seconds for a file of 10 MiB, or later when it has much else to do.
    const script = [
      "line=$(head -c 16000 /dev/zero | tr '\\0' x); i=0",
      "while [ $i -lt 700 ]; do i=$((i+1)); echo $i $line; done; sleep 30; echo 701",
    ].join("\n");
    const handle = await runner.start(scriptSpec(script), signal());
    const read = async (): Promise<{ numbers: number[]; gaps: RunLogGap[] }> => {
      const log = await readLog(runner, handle, signal());
      const numbers = textsOf(log).map((text) => Number.parseInt(text, 10));
      return { numbers, gaps: log.flatMap(({ gap }) => gap ?? []) };
    };
    const whole = await read();
    expect(whole.numbers).toEqual(counting(1, 701).map(Number));
    // Where it is rotated right after the burst, it cannot be known whether there was more of it.
    expect(whole.gaps.filter((gap) => !isOfRotation(gap))).toEqual([]);
    const late = await read();
    expect(late.numbers).toEqual([701]);
    expect(late.gaps).toMatchObject([{ isBeginning: true }]);
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
    await runner.close();
  });

  test("binary noise keeps its bytes", async () => {
    // The container runtime itself drops a carriage return before a line end.
    const log = await logOf(
      "head -c 200000 /dev/urandom | tr -d '\\r' > /tmp/noise; cat /tmp/noise; echo; sha256sum /tmp/noise",
    );
    const lines = log.flatMap((batch) => batch.lines.map(({ bytes }) => Buffer.from(bytes)));
    const told = lines.pop()?.toString().slice(0, 64);
    const noise = Buffer.concat(
      lines.flatMap((line, index) => (index === 0 ? [line] : [Buffer.from("\n"), line])),
    );
    expect(createHash("sha256").update(noise).digest("hex")).toBe(told);
  });
});
