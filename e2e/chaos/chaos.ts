import { planRuns } from "./plan.ts";
import { runOnce, type Verdict } from "./run.ts";
import { openChaosStage } from "./stage.ts";

export interface ChaosOptions {
  runs: number;
  seed: number;
  /** Runs at the same time. */
  atOnce: number;
  say: (line: string) => void;
  /** Begins no more runs once it is aborted; those that have begun go on to their end. */
  signal?: AbortSignal;
  /** Called at the end when something is wrong, before the folder with the workers' log is removed. */
  onWrong?: (folder: string) => void;
}

/** Runs flows on a cluster of its own while its parts, our workers and the pods are broken at random. */
export async function runChaos(options: ChaosOptions): Promise<Verdict[]> {
  const { runs, seed, atOnce, say } = options;
  const stage = await openChaosStage(say);
  const verdicts: Verdict[] = [];
  try {
    const plans = planRuns(seed, runs);
    const next = async (): Promise<void> => {
      for (let plan = plans.shift(); plan; plan = plans.shift()) {
        if (options.signal?.aborted) return;
        const verdict = await runOnce(stage, plan);
        verdicts.push(verdict);
        say(`${verdict.wrong.length > 0 ? "WRONG" : "ok   "} #${plan.index} ${verdict.told}`);
        for (const one of verdict.wrong) say(`      ${one} (${verdict.executionId})`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, next));
    if (verdicts.some(({ wrong }) => wrong.length > 0)) options.onWrong?.(stage.folder);
  } finally {
    await stage.close();
  }
  return verdicts;
}
