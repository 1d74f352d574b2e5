import { expect, vi } from "vitest";
import { inLines, type StageTest } from "./stage.ts";

const WAIT = { timeout: 60_000, interval: 100 };

/** How a run outlives the worker that started it. */
export function adoptionCases(test: StageTest): void {
  test("starting twice, at once and from another runner, gives one run that runs once", async ({
    actor,
  }) => {
    const spec = actor.spec("echo ran; echo once >> count.txt; sleep 0.5", { keepsFiles: true });
    const other = await actor.place.another();
    const [first, second, third] = await Promise.all([
      actor.start(spec),
      actor.runner.start(spec, actor.signal),
      other.start(spec, actor.signal),
    ]);
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    const { ending } = await actor.watch(first);
    expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
    const again = await other.start(spec, actor.signal);
    expect(again).toEqual(first);
    expect(inLines(await actor.follow(first, null)).text).toEqual(["ran"]);
    const { contents } = await actor.collect(first, () => true);
    expect(contents.get("count.txt")?.toString()).toBe("once\n");
    await other.close();
  });

  test("another runner sees a running program to the same ending, log and files", async ({
    actor,
  }) => {
    const spec = actor.spec("echo begun; sleep 4; echo made > made.txt; echo over; exit 5", {
      keepsFiles: true,
    });
    const handle = await actor.start(spec);
    await actor.waitForLine(handle, "begun");
    const other = await actor.place.another();
    const copy = structuredClone(handle);
    const [theirs, ours, log] = await Promise.all([
      actor.watch(copy, other),
      actor.watch(handle),
      actor.follow(copy, null, other),
    ]);
    expect(theirs.ending).toEqual(ours.ending);
    expect(theirs.ending).toMatchObject({ kind: "exit", exitCode: 5 });
    expect(inLines(log).text).toEqual(["begun", "over"]);
    const { contents } = await actor.collect(copy, () => true, other);
    expect(contents.get("made.txt")?.toString()).toBe("made\n");
    await other.close();
  });

  test("another runner sees an ended program's ending, however often it looks", async ({
    actor,
  }) => {
    const { handle, ending } = await actor.run("echo quick; exit 6", { keepsFiles: true });
    const other = await actor.place.another();
    const looks = [await actor.watch(structuredClone(handle), other), await actor.watch(handle)];
    expect(looks.map((look) => look.ending)).toEqual([ending, ending]);
    expect(inLines(await actor.follow(handle, null, other)).text).toEqual(["quick"]);
    await other.close();
  });

  test("the list shows a run with its ids until it is removed, running and ended", async ({
    actor,
  }) => {
    const spec = actor.spec("echo begun; sleep 4", { keepsFiles: true });
    const handle = await actor.start(spec);
    await actor.waitForLine(handle, "begun");
    const find = async () =>
      (await actor.runner.list(actor.signal)).find(
        (run) => run.handle.attemptId === spec.attemptId,
      );
    const running = await find();
    expect(running).toMatchObject({
      handle,
      executionId: spec.identity.executionId,
      taskRunId: spec.identity.taskRunId,
      isEnded: false,
    });
    expect(Math.abs(Number(running?.createdAt) - Date.now())).toBeLessThan(120_000);
    await actor.watch(handle);
    await vi.waitFor(async () => expect((await find())?.isEnded).toBe(true), WAIT);
    await actor.destroy(handle);
    await vi.waitFor(async () => expect(await find()).toBeUndefined(), WAIT);
  });

  test("closing a runner lets the run go on", async ({ actor }) => {
    const first = await actor.place.another();
    const spec = actor.spec("sleep 1; echo survived");
    const handle = await actor.start(spec);
    await first.close();
    const { ending } = await actor.watch(handle);
    expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
    expect(inLines(await actor.follow(handle, null)).text).toEqual(["survived"]);
  });
}
