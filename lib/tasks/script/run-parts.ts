import type { ScriptPlan } from "../task-type.ts";

const USUAL_HELPER_IMAGE = "busybox";

/** What of an attempt's spec (lib/runner/contract.ts) follows from the plan alone. */
interface RunParts {
  image: string | null;
  command: string[];
  env: Record<string, string>;
  keepsFiles: boolean;
  hasOutputDir: boolean;
  timeoutSeconds: number | null;
  kubernetes: Omit<ScriptPlan["kubernetes"], "waitUntilCompletionSeconds" | "deletesPod">;
}

/** The same for a run and for its preview. */
export function runParts(
  plan: ScriptPlan,
  at: {
    workspace: { workingDir: string; outputDir: string };
    /** The operator's, for tasks that name none. */
    helperImage: string;
    /** From the start of the user's code; null: no limit. */
    timeoutMs: number | null;
  },
): RunParts {
  const { workspace } = at;
  const {
    waitUntilCompletionSeconds: _completion,
    deletesPod: _deletes,
    ...kubernetes
  } = plan.kubernetes;
  const isUsual = kubernetes.helperImage === USUAL_HELPER_IMAGE;
  return {
    image: plan.image,
    command: plan.command,
    env: {
      ...plan.env,
      WORKING_DIR: workspace.workingDir,
      ...(plan.hasOutputDir ? { OUTPUT_DIR: workspace.outputDir } : {}),
    },
    keepsFiles: plan.outputFiles.length > 0 || plan.hasOutputDir,
    hasOutputDir: plan.hasOutputDir,
    timeoutSeconds: at.timeoutMs === null ? null : at.timeoutMs / 1000,
    kubernetes: {
      ...kubernetes,
      helperImage: isUsual ? at.helperImage : kubernetes.helperImage,
    },
  };
}

/** The limit of the run in milliseconds: the task's own, else the Kubernetes runner's. */
export function runLimitMs(plan: ScriptPlan, ofTask: number | null): number | null {
  if (ofTask !== null) return ofTask;
  const { runner, kubernetes } = plan;
  return runner.kind === "kubernetes" ? kubernetes.waitUntilCompletionSeconds * 1000 : null;
}
