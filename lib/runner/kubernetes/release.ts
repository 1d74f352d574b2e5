import type { RunHandle } from "../contract.ts";
import { execInHelper, type HelperTools } from "./helper-exec.ts";
import { HELPER, statusOf } from "./pod.ts";

/** The helper's own trap ends it well: see helper-script.ts. */
const END = ["sh", "-c", "kill -TERM 1"];

/** Ends the helper of a pod that is to stay: it would keep the pod from being complete. */
export async function releaseHelper(
  tools: HelperTools,
  handle: RunHandle,
  signal: AbortSignal,
): Promise<void> {
  const pod = tools.watch.get(handle.name);
  if (pod?.metadata.uid !== handle.uid || !statusOf(pod, HELPER)?.state?.running) return;
  const session = await execInHelper(tools, handle, { container: HELPER, command: END, signal });
  // The connection ends with the container, with or without a status.
  await session?.done.catch(() => undefined);
}
