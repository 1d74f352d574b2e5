import { expect } from "vitest";
import type { StageTest } from "./stage.ts";

/** What is told before a run. */
export function previewCases(test: StageTest): void {
  test("a preview makes nothing, and says what it is of", async ({ actor }) => {
    const spec = actor.spec("echo never");
    const { manifest, findings } = await actor.runner.preview(spec, actor.signal);
    expect(manifest === null).toBe(actor.runner.kind !== "kubernetes");
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
    const owned = await actor.runner.list(actor.signal);
    expect(owned.map(({ handle }) => handle.attemptId)).not.toContain(spec.attemptId);
  });

  test("a preview that is given up ends with the caller's reason", async ({ actor }) => {
    const reason = new Error("looked away");
    const asked = actor.runner.preview(actor.spec("echo never"), AbortSignal.abort(reason));
    await expect(asked).rejects.toBe(reason);
  });
}
