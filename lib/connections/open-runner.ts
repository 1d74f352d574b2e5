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
import { SharedRunners } from "./shared-runners.ts";

/** What the keys of runners for tasks' own configs begin with; no connection's id does. */
const CONFIG_KEY = "config:";
/**
 * A config with a token of its own is never seen again, and one that stays the same soon is. Long
 * enough for the sweep, which comes every minute, to remove what could not be removed at first.
 */
const CONFIG_IDLE_MS = 10 * 60_000;

/**
 * The runners of a worker: one for each connection, opened at the first need, and opened anew when
 * the connection has changed; the old one is closed as soon as nobody uses it. Those of tasks' own
 * configs are closed some time after their last use.
 */
export class RunnerPool {
  readonly #settings: Settings;
  readonly #configIdleMs: number;
  readonly #shared = new SharedRunners();

  constructor(settings: Settings, { configIdleMs = CONFIG_IDLE_MS } = {}) {
    this.#settings = settings;
    this.#configIdleMs = configIdleMs;
  }

  /**
   * The runner of a connection.
   * @param until it stays open until this is aborted
   * @throws RunnerError of kind `config` when there is no such connection, or it cannot be used
   */
  async openRunner(connectionId: string, until: AbortSignal): Promise<Runner> {
    const wanted = {
      key: connectionId,
      fingerprint: await this.#fingerprint(connectionId),
      idleMs: null,
      make: async () => {
        if (connectionId === THIS_MACHINE) return this.#processRunner();
        return this.#kubernetesRunner(await openAccess(connectionId, this.#settings));
      },
    };
    return this.#shared.open(wanted, until);
  }

  /** The id of the connection for tasks when neither flow nor person says where. */
  defaultConnectionId(): Promise<string> {
    return defaultConnectionId(this.#settings);
  }

  /**
   * The runner for a task's own `taskRunner.config`. What that does not set comes from the
   * connection, if it is a cluster's.
   * @param until it stays open until this is aborted
   * @throws RunnerError of kind `config`
   */
  async openRunnerForConfig(
    config: ConnectionConfig,
    baseConnectionId: string | null,
    until: AbortSignal,
  ): Promise<Runner> {
    const baseId = baseConnectionId === THIS_MACHINE ? null : baseConnectionId;
    const base = baseId === null ? "" : await this.#fingerprint(baseId);
    const hash = createHash("sha256").update(JSON.stringify([sorted(config), baseId, base]));
    const wanted = {
      key: `${CONFIG_KEY}${hash.digest("hex")}`,
      fingerprint: "",
      idleMs: this.#configIdleMs,
      make: async () => {
        const inherit = baseId === null ? null : await openAccess(baseId, this.#settings);
        const rules = { folders: this.#settings.configFolders };
        return this.#kubernetesRunner(await accessFromConnectionConfig(config, inherit, rules));
      },
    };
    return this.#shared.open(wanted, until);
  }

  /**
   * The runners of tasks' own configs that are open in this process.
   * @param until they stay open until this is aborted, and not for its sake any longer
   */
  configRunners(until: AbortSignal): Promise<Runner[]> {
    return this.#shared.openOnes((key) => key.startsWith(CONFIG_KEY), until);
  }

  /** Ends what runs as processes of this machine; their attempts are run again at the next start. */
  async endLocalRuns(signal: AbortSignal): Promise<void> {
    await endAllRuns(this.#localFolder, signal);
  }

  /** Lets all connections go. Runs go on. */
  close(): Promise<void> {
    return this.#shared.close();
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
