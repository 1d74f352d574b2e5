import { openLog } from "#lib/config/log.ts";
import type { FileReceiver, Runner } from "#lib/runner/contract.ts";
import { createProcessRunner } from "#lib/runner/process/process-runner.ts";
import { diskArtifacts } from "#lib/store/artifact-disk.ts";
import { openArtifacts } from "#lib/store/artifacts.ts";
import { openDatabase } from "#lib/store/database.ts";
import { podsOf } from "./pod-runner.ts";
import { someWorker } from "./worker-stage.ts";
import { join } from "node:path";

/**
 * A worker as a process of its own, to be killed or stopped: `worker-process.ts URL FOLDER [PHASE
 * [KUBECONFIG NAMESPACE]]`. In the phase it says `reached` and stays there for ever. With a kubeconfig
 * its runs are pods of that namespace, else processes.
 */
const [url = "", folder = "", phase = "none", kubeconfig, namespace = ""] = process.argv.slice(2);

async function stayAt(reached: string): Promise<void> {
  if (phase !== reached) return;
  process.stdout.write("reached\n");
  await new Promise(() => undefined);
}

function pausing(runner: Runner): Runner {
  return {
    ...runner,
    start: async (spec, signal) => {
      await stayAt("before-start");
      const handle = await runner.start(spec, signal);
      await stayAt("after-start");
      return handle;
    },
    deliver: async (...call) => {
      await stayAt("before-files");
      await runner.deliver(...call);
    },
    observe: async function* (handle, signal) {
      for await (const seen of runner.observe(handle, signal)) {
        if (seen.phase === "ended") await stayAt("ended");
        yield seen;
      }
    },
    followLog: async function* (handle, after, signal) {
      for await (const batch of runner.followLog(handle, after, signal)) {
        yield batch;
        await stayAt("in-log");
      }
    },
    collect: async (handle, receiver, signal) => {
      const receive: FileReceiver["receive"] = async (file) => {
        await receiver.receive(file);
        await stayAt("collecting");
      };
      const files = await runner.collect(handle, { ...receiver, receive }, signal);
      await stayAt("collected");
      return files;
    },
    destroy: async (...call) => {
      await stayAt("before-destroy");
      await runner.destroy(...call);
      await stayAt("after-destroy");
    },
  };
}

openLog("test-worker", "warn");
openDatabase(url, 10);
openArtifacts(diskArtifacts(join(folder, "artifacts")));
const runs = join(folder, "runs");
someWorker(
  kubeconfig
    ? await podsOf(kubeconfig, namespace)
    : pausing(createProcessRunner({ folder: runs, installationId: "test" })),
);
process.stdout.write("started\n");
