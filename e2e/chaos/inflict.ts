import { setTimeout as pause } from "node:timers/promises";
import type { Answer } from "#e2e/cluster/api.ts";
import type { RunPlan } from "./plan.ts";
import type { ChaosStage } from "./stage.ts";

const NODE = "/api/v1/nodes/localhost";

/**
 * Does the fault of this plan, and mends it again. Faults that meet everybody come one after the
 * other, because a cluster's part can be killed only while it lives.
 * @returns false when there was nothing left to do it to
 */
export async function inflict(
  stage: ChaosStage,
  plan: RunPlan,
  podNames: () => string[],
): Promise<boolean> {
  const { control, detour } = stage;
  switch (plan.fault) {
    case "worker-killed":
      stage.killWorker(plan.index);
      return true;
    case "api-server-restarted":
      return oneByOne(() => control.restart("apiserver"));
    case "containerd-restarted":
      return oneByOne(async () => {
        const away = { from: performance.now(), to: Number.POSITIVE_INFINITY };
        stage.containerdAway.push(away);
        await control.restart("containerd");
        away.to = performance.now();
      });
    case "kubelet-restarted":
      return oneByOne(() => control.restart("kubelet"));
    case "network-cut":
      return oneByOne(async () => {
        if (plan.cut === "reset") return detour.cut();
        if (plan.cut === "refused") await detour.block();
        else detour.stall();
        await pause(plan.cutMs);
        await detour.restore();
      });
    case "log-rotated":
      // It does so itself, by what it prints.
      return true;
    case "node-drained":
      return oneByOne(() => drain(stage, podNames()));
    case "pod-deleted":
      return someAnswered(
        podNames().map((name) =>
          patient(() => stage.admin.call("DELETE", `${POD}/${name}?gracePeriodSeconds=1`)),
        ),
      );
  }
}

const POD = "/api/v1/namespaces/default/pods";

/** What `kubectl drain` does, for the pods of one run. */
async function drain({ admin }: ChaosStage, names: string[]): Promise<void | boolean> {
  await patient(() => admin.patch(NODE, { spec: { unschedulable: true } }));
  try {
    return await someAnswered(
      names.map((name) =>
        patient(() =>
          admin.call("POST", `${POD}/${name}/eviction`, {
            apiVersion: "policy/v1",
            kind: "Eviction",
            metadata: { name, namespace: "default" },
            deleteOptions: { gracePeriodSeconds: 1 },
          }),
        ),
      ),
    );
  } finally {
    await pause(500);
    await patient(() => admin.patch(NODE, { spec: { unschedulable: null } }));
  }
}

async function someAnswered(calls: Promise<Answer>[]): Promise<boolean> {
  const answers = await Promise.all(calls);
  return answers.some(({ status }) => status < 300);
}

/** The API server may be away, by another run's fault. */
async function patient(call: () => Promise<Answer>): Promise<Answer> {
  for (const deadline = performance.now() + 60_000; ; await pause(200)) {
    const answer = await call().catch(() => null);
    if (answer && answer.status !== 429 && answer.status < 500) return answer;
    if (performance.now() > deadline) throw new Error("The API server stays away.");
  }
}

let last: Promise<unknown> = Promise.resolve();

function oneByOne(work: () => Promise<void | boolean> | void): Promise<boolean> {
  const mine = last.then(work).then((done) => done !== false);
  last = mine.catch(() => undefined);
  return mine;
}
