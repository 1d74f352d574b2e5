import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Settings } from "#lib/config/env.ts";
import { log } from "#lib/config/log.ts";
import { IN_CLUSTER, THIS_MACHINE } from "#lib/core/connection-view.ts";
import type { Runner } from "#lib/runner/contract.ts";
import type { ClusterAccess } from "#lib/runner/kubernetes/access.ts";
import {
  accessFromConnectionConfig,
  type ConnectionConfig,
} from "#lib/runner/kubernetes/connection-config.ts";
import { createKubernetesRunner } from "#lib/runner/kubernetes/kubernetes-runner.ts";
import { endAllRuns } from "#lib/runner/process/end-all.ts";
import { createProcessRunner } from "#lib/runner/process/process-runner.ts";
import { database } from "#lib/store/database.ts";
import { openAccess } from "./access.ts";
import { defaultConnectionId } from "./read.ts";
import { installationId } from "./setting.ts";

/** What the keys of runners for tasks' own configs begin with; no connection's id does. */
const CONFIG_KEY = "config:";

interface Opened {
  /** What the runner was made from; another one means another runner. */
  fingerprint: string;
  runner: Promise<Runner>;
}

/**
 * The runners of a worker: one for each connection, opened at the first need, and opened anew when
 * the connection has changed. One that was replaced is closed with the pool: attempts may be using it.
 */
export class RunnerPool {
  readonly #settings: Settings;
  readonly #opened = new Map<string, Opened>();
  readonly #replaced: Promise<Runner>[] = [];

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * The runner of a connection.
   * @throws RunnerError of kind `config` when there is no such connection, or it cannot be used
   */
  async openRunner(connectionId: string): Promise<Runner> {
    const fingerprint = await this.#fingerprint(connectionId);
    return this.#open(connectionId, fingerprint, async () => {
      if (connectionId === THIS_MACHINE) return this.#processRunner();
      return this.#kubernetesRunner(await openAccess(connectionId, this.#settings));
    });
  }

  /** The id of the connection for tasks when neither flow nor person says where. */
  defaultConnectionId(): Promise<string> {
    return defaultConnectionId(this.#settings);
  }

  /**
   * The runner for a task's own `taskRunner.config`. What that does not set comes from the
   * connection, if it is a cluster's.
   * @throws RunnerError of kind `config`
   */
  async openRunnerForConfig(
    config: ConnectionConfig,
    baseConnectionId: string | null,
  ): Promise<Runner> {
    const baseId = baseConnectionId === THIS_MACHINE ? null : baseConnectionId;
    const base = baseId === null ? "" : await this.#fingerprint(baseId);
    const hash = createHash("sha256").update(JSON.stringify([sorted(config), baseId, base]));
    const key = `${CONFIG_KEY}${hash.digest("hex")}`;
    return this.#open(key, "", async () => {
      const inherit = baseId === null ? null : await openAccess(baseId, this.#settings);
      const rules = { folders: this.#settings.configFolders };
      return this.#kubernetesRunner(await accessFromConnectionConfig(config, inherit, rules));
    });
  }

  /** The runners that tasks' own configs have opened in this process. */
  async configRunners(): Promise<Runner[]> {
    const opened = [...this.#opened].filter(([key]) => key.startsWith(CONFIG_KEY));
    const runners = await Promise.allSettled(opened.map(([, { runner }]) => runner));
    return runners.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  }

  /** Ends what runs as processes of this machine; their attempts are run again at the next start. */
  async endLocalRuns(signal: AbortSignal): Promise<void> {
    await endAllRuns(this.#localFolder, signal);
  }

  /** Lets all connections go. Runs go on. */
  async close(): Promise<void> {
    const all = [...this.#opened.values()].map(({ runner }) => runner).concat(this.#replaced);
    this.#opened.clear();
    this.#replaced.length = 0;
    for (const opened of await Promise.allSettled(all))
      if (opened.status === "fulfilled") await opened.value.close();
  }

  async #open(key: string, fingerprint: string, make: () => Promise<Runner>): Promise<Runner> {
    const present = this.#opened.get(key);
    if (present?.fingerprint === fingerprint) return present.runner;
    const runner = make();
    if (present) this.#replaced.push(present.runner);
    const entry = { fingerprint, runner };
    this.#opened.set(key, entry);
    try {
      return await runner;
    } catch (error) {
      // What failed is tried anew at the next call.
      if (this.#opened.get(key) === entry) this.#opened.delete(key);
      throw error;
    }
  }

  async #fingerprint(connectionId: string): Promise<string> {
    if (connectionId === THIS_MACHINE || connectionId === IN_CLUSTER) return "";
    if (connectionId.startsWith("context:"))
      return (await Promise.all(this.#settings.kubeconfigPaths.map(fileState))).join();
    const row = await database().connection.findUnique({
      where: { id: connectionId },
      select: { kubeconfig: true },
    });
    // Not by the row's date: every check of the health changes that.
    return createHash("sha256")
      .update(row?.kubeconfig ?? "")
      .digest("hex");
  }

  get #localFolder(): string {
    return join(this.#settings.dataFolder, "attempts");
  }

  async #processRunner(): Promise<Runner> {
    return createProcessRunner({
      folder: this.#localFolder,
      installationId: await installationId(),
      searchPath: this.#settings.searchPath,
    });
  }

  async #kubernetesRunner(access: ClusterAccess): Promise<Runner> {
    return createKubernetesRunner({
      access,
      installationId: await installationId(),
      defaultNamespace: access.namespace ?? "default",
      asksRegistries: this.#settings.checksImages,
      log: (message) => log().info({ server: access.server }, message),
    });
  }
}

async function fileState(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${path}:${mtimeMs}:${size}:${ino}`;
  } catch {
    // As unreadable as it is absent: opening the runner tells which, in words.
    return `${path}:absent`;
  }
}

function sorted(config: ConnectionConfig): [string, unknown][] {
  return Object.entries(config).toSorted(([one], [other]) => (one < other ? -1 : 1));
}
