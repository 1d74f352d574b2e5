import { setTimeout as pause } from "node:timers/promises";
import type { Api } from "./api.ts";

interface PodEnd {
  phase: string;
  log: string;
  /** Milliseconds from the call that made the pod to its end. */
  tookMs: number;
}

/** Runs a pod with one container in the namespace `default` to its end, and deletes it. */
export async function runPod(
  api: Api,
  name: string,
  container: { image: string; command?: string[] },
): Promise<PodEnd> {
  const pods = "/api/v1/namespaces/default/pods";
  const began = performance.now();
  const created = await api.call("POST", pods, {
    metadata: { name },
    spec: {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 0,
      containers: [{ name: "main", imagePullPolicy: "Always", ...container }],
    },
  });
  if (created.status !== 201) throw new Error(`The pod ${name} was refused: ${created.text}`);
  try {
    const phase = await untilEnded(api, `${pods}/${name}`);
    const tookMs = performance.now() - began;
    const { text: log } = await api.call("GET", `${pods}/${name}/log`);
    return { phase, log, tookMs };
  } finally {
    await api.call("DELETE", `${pods}/${name}?gracePeriodSeconds=0`);
  }
}

/** Succeeded, Failed, or the reason for which the container can never start. */
async function untilEnded(api: Api, path: string): Promise<string> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const { text } = await api.call("GET", path);
    // The API server's own answer for a pod.
    const { status } = JSON.parse(text) as {
      status: {
        phase: string;
        containerStatuses?: { state: { waiting?: { reason?: string } } }[];
      };
    };
    if (status.phase === "Succeeded" || status.phase === "Failed") return status.phase;
    const reason = status.containerStatuses?.[0]?.state.waiting?.reason ?? "";
    if (/^(ErrImage|ImagePullBackOff|InvalidImageName|Create.*Error)/.test(reason)) return reason;
    await pause(50);
  }
  throw new Error(`The pod at ${path} did not end within a minute.`);
}
