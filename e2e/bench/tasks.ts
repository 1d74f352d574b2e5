import { setTimeout as pause } from "node:timers/promises";
import { SCRIPT } from "./floor.ts";
import { type Bench, CONNECTION, NAMESPACE, shellFlow } from "./product-bench.ts";
import { median, ratioRow, type Row } from "./row.ts";

const RELIST_MS = 1000;
const TEN = Array.from({ length: 10 }, (_, index) => index);

const FLOWS = {
  bare: shellFlow("bare", SCRIPT),
  one_file: shellFlow("one_file", "cp data.txt out.txt", [
    'inputFiles: {data.txt: "{{ inputs.file }}"}',
    "outputFiles: [out.txt]",
  ]),
  ten_files: shellFlow("ten_files", "for f in in*.txt; do cp $f out-$f; done", [
    `inputFiles: {${TEN.map((index) => `in${index}.txt: "{{ inputs.file }}"`).join(", ")}}`,
    "outputFiles: ['out-*.txt']",
  ]),
};

/**
 * The kubelet looks at its containers once a second, so one measurement ends in step with it and the
 * next would begin in step. A random pause before each takes the step out of both sides.
 */
export function outOfStep(): Promise<void> {
  return pause(Math.random() * RELIST_MS);
}

/** Bare pod and tasks in turn, so that all meet the same machine. */
export async function measureTasks({ api, floor }: Bench, rounds: number): Promise<Row[]> {
  for (const source of Object.values(FLOWS)) await api.saveFlow(source);
  const kibibyte = new Blob([Buffer.alloc(1024, "x")]);
  const run = async (flowId: keyof typeof FLOWS): Promise<number> => {
    const files: Record<string, Blob> = flowId === "bare" ? {} : { file: kibibyte };
    const began = performance.now();
    const execution = await api.executeToEnd(NAMESPACE, flowId, { connection: CONNECTION, files });
    const tookMs = performance.now() - began;
    const outputs = Object.keys(execution.taskRunList[0]?.outputs.outputFiles ?? {}).length;
    const wanted = { bare: 0, one_file: 1, ten_files: 10 }[flowId];
    if (execution.state.current !== "SUCCESS" || outputs !== wanted)
      throw new Error(`${flowId} ended ${execution.state.current} with ${outputs} files.`);
    return tookMs;
  };
  const bare: number[] = [];
  const took: Record<keyof typeof FLOWS, number[]> = { bare: [], one_file: [], ten_files: [] };
  // The first of each pays for images and connections.
  await floor.barePod();
  for (const flowId of ["bare", "one_file", "ten_files"] as const) await run(flowId);
  for (let round = 0; round < rounds; round += 1) {
    await outOfStep();
    bare.push(await floor.barePod());
    for (const flowId of ["bare", "one_file", "ten_files"] as const) {
      await outOfStep();
      took[flowId].push(await run(flowId));
    }
  }
  const row = (name: string, flowId: keyof typeof FLOWS, atMost: number): Row =>
    ratioRow(name, "ms", { value: median(took[flowId]), floor: median(bare), atMost });
  return [
    row("task run without files ÷ bare pod", "bare", 1.1),
    row("one 1 KiB file in and one out ÷ bare pod", "one_file", 1.3),
    row("ten small files in and out ÷ bare pod", "ten_files", 1.25),
  ];
}
