import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { expect, vi } from "vitest";
import type { InputFile, Runner } from "../contract.ts";
import { inputFile, newAttemptId, type Stage, type StageTest } from "./stage.ts";

const WAIT = { timeout: 60_000, interval: 100 };

/** How runs are ended from outside, and how calls are given up. */
export function destroyCases(test: StageTest): void {
  test("destroying a running program ends it, and that is no success", async ({ actor }) => {
    const handle = await actor.start(actor.spec("echo begun; sleep 80"));
    await actor.waitForLine(handle, "begun");
    const [watched] = await Promise.all([
      actor.watch(handle),
      actor.follow(handle, null),
      actor.runner.destroy(handle, { graceSeconds: 1 }, actor.signal),
    ]);
    expect([watched.ending.kind, watched.ending.exitCode]).not.toEqual(["exit", 0]);
    await expectGone(actor, handle.attemptId);
  });

  test("destroying twice, at once and again, is as destroying once", async ({ actor }) => {
    const handle = await actor.start(actor.spec("sleep 80"));
    await Promise.all([actor.destroy(handle), actor.destroy(handle)]);
    await actor.destroy(handle);
    await expectGone(actor, handle.attemptId);
  });

  test("destroying what was never started is nothing", async ({ actor }) => {
    await actor.destroy({ attemptId: newAttemptId() });
  });

  test("destroying by the attempt's id alone works", async ({ actor }) => {
    const handle = await actor.start(actor.spec("sleep 80"));
    await actor.destroy({ attemptId: handle.attemptId });
    const { ending } = await actor.watch(handle);
    expect([ending.kind, ending.exitCode]).not.toEqual(["exit", 0]);
    await expectGone(actor, handle.attemptId);
  });

  test("destroying while input files are on their way ends the run and the bringing", async ({
    actor,
  }) => {
    const bytes = randomBytes(600 * 1024);
    const begun = Promise.withResolvers<void>();
    /** Half of it comes, and the rest never. */
    const stalled: InputFile = {
      ...inputFile("stalled.bin", bytes),
      open: () => Readable.from(halfOf(bytes, begun.resolve)),
    };
    const spec = actor.spec("echo ran", { inputFiles: [stalled] });
    const handle = await actor.start(spec);
    const stop = new AbortController();
    const delivering = actor.runner.deliver(handle, spec, stop.signal);
    delivering.catch(() => undefined);
    await begun.promise;
    const watching = actor.watch(handle);
    await actor.destroy(handle);
    const { ending } = await watching;
    expect([ending.kind, ending.exitCode]).not.toEqual(["exit", 0]);
    stop.abort(new Error("it is over"));
    await Promise.allSettled([delivering]);
    await expectGone(actor, handle.attemptId);
  });

  test("destroying while output files are fetched never gives half a file", async ({ actor }) => {
    const { handle } = await actor.run(
      "a=0123456789abcdef; for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do a=$a$a; done; echo $a > big.txt",
      { keepsFiles: true },
    );
    let received = 0;
    const collecting = actor.runner.collect(
      handle,
      {
        choose: () => ["big.txt"],
        receive: async ({ body }) => {
          for await (const chunk of body) {
            if (received === 0) await actor.destroy(handle);
            received += chunk.length;
          }
        },
      },
      actor.signal,
    );
    const [outcome] = await Promise.allSettled([collecting]);
    // What was on its way may still come whole.
    if (outcome.status === "fulfilled") expect(received).toBe(16 * 2 ** 19 + 1);
    else expect(outcome.reason).toMatchObject({ name: "RunnerError", kind: "output-files" });
    await expectGone(actor, handle.attemptId);
  });

  test("an ended run that was removed is lost or deleted, never a success", async ({ actor }) => {
    const { handle, ending } = await actor.run("echo fine");
    expect(ending.exitCode).toBe(0);
    await actor.destroy(handle);
    await expectGone(actor, handle.attemptId);
    const { ending: after } = await actor.watch(handle);
    expect(["lost", "deleted"]).toContain(after.kind);
    expect(after.exitCode).toBeNull();
    expect(after.fault).toBe("platform");
  });

  test("a run that another runner destroys under our eyes is never a success", async ({
    actor,
  }) => {
    const handle = await actor.start(actor.spec("echo begun; sleep 80"));
    await actor.waitForLine(handle, "begun");
    const other = await actor.place.another();
    const watching = actor.watch(handle);
    await other.destroy({ attemptId: handle.attemptId }, { graceSeconds: 0 }, actor.signal);
    const { ending } = await watching;
    expect([ending.kind, ending.exitCode]).not.toEqual(["exit", 0]);
    await other.close();
  });

  test("an aborted signal rejects every call with the signal's reason", async ({ actor }) => {
    const { handle, spec } = await actor.run("echo x > x.txt", { keepsFiles: true });
    const reason = new Error("we are shutting down");
    for (const call of callsOf(actor.runner, handle, spec))
      await expect(call(AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test("aborting in the middle rejects with the reason and leaves the program running", async ({
    actor,
  }) => {
    const handle = await actor.start(actor.spec("echo begun; sleep 80"));
    await actor.waitForLine(handle, "begun");
    const reason = new Error("the lease is gone");
    const controller = new AbortController();
    const watching = drain(actor.runner.observe(handle, controller.signal));
    const following = drain(actor.runner.followLog(handle, null, controller.signal));
    setTimeout(() => controller.abort(reason), 100);
    const [watched, followed] = await Promise.allSettled([watching, following]);
    expect(watched).toEqual({ status: "rejected", reason });
    expect(followed).toEqual({ status: "rejected", reason });
    const runs = await actor.runner.list(actor.signal);
    expect(runs.find((run) => run.handle.attemptId === handle.attemptId)?.isEnded).toBe(false);
  });
}

async function* halfOf(bytes: Buffer, onHalf: () => void): AsyncGenerator<Buffer> {
  yield bytes.subarray(0, bytes.length / 2);
  onHalf();
  await new Promise(() => undefined);
}

function callsOf(
  runner: Runner,
  handle: Parameters<Runner["observe"]>[0],
  spec: Parameters<Runner["start"]>[0],
): ((signal: AbortSignal) => Promise<unknown>)[] {
  return [
    (signal) => runner.start(spec, signal),
    (signal) => runner.deliver(handle, spec, signal),
    (signal) => drain(runner.observe(handle, signal)),
    (signal) => drain(runner.followLog(handle, null, signal)),
    (signal) =>
      runner.collect(handle, { choose: () => [], receive: () => Promise.resolve() }, signal),
    (signal) => runner.destroy(handle, { graceSeconds: 0 }, signal),
    (signal) => runner.list(signal),
  ];
}

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const item of items) void item;
}

/** `destroy` resolves once the place has accepted it; the run leaves the list soon after. */
async function expectGone(actor: Stage, attemptId: string): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const runs = await actor.runner.list(actor.signal);
    return runs.some((run) => run.handle.attemptId === attemptId && !run.isEnded);
  };
  await vi.waitFor(async () => expect(await isThere()).toBe(false), WAIT);
}
