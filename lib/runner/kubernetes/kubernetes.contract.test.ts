import { startCluster } from "#e2e/cluster/cluster.ts";
import { describeRunner, type Place } from "../contract-suite.ts";
import { openTestNamespace } from "./test-stage.ts";

async function place(asJob: boolean): Promise<Place> {
  const cluster = await startCluster({ log: (line) => process.stderr.write(`${line}\n`) });
  const namespace = await openTestNamespace(cluster.kubeconfigPath);
  return {
    runner: await namespace.runner(),
    another: () => namespace.runner(),
    image: "busybox",
    kubernetes: { asJob },
    cleanUp: async () => {
      await namespace.remove();
      await cluster.stop();
    },
  };
}

describeRunner("kubernetes", () => place(false));
// What is inside the pod is the same where a Job makes it.
const OF_JOBS = ["endings", "destroying", "adoption", "previews"] as const;
describeRunner("kubernetes, in Jobs,", () => place(true), OF_JOBS);
