import { join, resolve } from "node:path";
import type { AttemptSpec, RunHandle, Runner } from "../contract.ts";
import { orAbort } from "../or-abort.ts";
import { attemptFolder } from "./attempt-folder.ts";
import { collectFiles } from "./collect-files.ts";
import { deliverFiles } from "./deliver-files.ts";
import { destroyRun } from "./destroy-run.ts";
import { followLog } from "./follow-log.ts";
import { checkInputPaths } from "../input-path.ts";
import { inspectRun } from "./inspect-run.ts";
import { listRuns } from "./list-runs.ts";
import { observeRun } from "./observe-run.ts";
import { previewOfProcess } from "./preview.ts";
import { launch, makeFolder, outputName } from "./start-run.ts";

const USUAL_SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Runs attempts as processes of this machine, each in a folder of its own below `folder`, watched by
 * a keeper that outlives the worker.
 * @param options.searchPath PATH of the user's code
 */
export function createProcessRunner(options: {
  folder: string;
  installationId: string;
  searchPath?: string;
}): Runner {
  const place = {
    folder: resolve(options.folder),
    installationId: options.installationId,
    searchPath: options.searchPath ?? USUAL_SEARCH_PATH,
  };
  const at = (attemptId: string): ReturnType<typeof attemptFolder> =>
    attemptFolder(place.folder, attemptId);
  const begin = async (spec: AttemptSpec): Promise<RunHandle> => {
    checkInputPaths(spec.inputFiles);
    const folder = at(spec.attemptId);
    await makeFolder(place, folder, spec);
    if (spec.inputFiles.length === 0) await launch(place, folder);
    return { attemptId: spec.attemptId, namespace: "", name: spec.attemptId, uid: "" };
  };
  return {
    kind: "process",
    workspace: (attemptId) => {
      const workingDir = at(attemptId).work;
      return { workingDir, outputDir: join(workingDir, outputName(attemptId)) };
    },
    preview: async (_spec, signal) => {
      signal.throwIfAborted();
      return previewOfProcess("this machine");
    },
    start: async (spec, signal) => {
      signal.throwIfAborted();
      return orAbort(begin(spec), signal);
    },
    deliver: async (handle, spec, signal, onProgress = () => undefined) => {
      signal.throwIfAborted();
      if (spec.inputFiles.length === 0) return;
      const folder = at(handle.attemptId);
      await deliverFiles(folder, spec.inputFiles, signal, onProgress);
      await orAbort(launch(place, folder), signal);
    },
    observe: (handle, signal) => observeRun(at(handle.attemptId), signal),
    followLog: (handle, after, signal) => followLog(at(handle.attemptId), after, signal),
    collect: (handle, receiver, signal) => collectFiles(at(handle.attemptId), receiver, signal),
    release: () => Promise.resolve(),
    destroy: (target, { graceSeconds }, signal) =>
      destroyRun(at(target.attemptId), graceSeconds ?? 0, signal),
    inspect: async (handle, signal) => {
      signal.throwIfAborted();
      return inspectRun(at(handle.attemptId), signal);
    },
    list: async (signal) => {
      signal.throwIfAborted();
      return listRuns(place);
    },
    close: () => Promise.resolve(),
  };
}
