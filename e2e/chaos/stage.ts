import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openApi, type Api } from "#e2e/cluster/api.ts";
import { startCluster } from "#e2e/cluster/cluster.ts";
import type { ClusterControl } from "#e2e/cluster/own/control.ts";
import { type Detour, openDetour } from "#e2e/cluster/detour.ts";
import { diskArtifacts } from "#lib/store/artifact-disk.ts";
import { openArtifacts } from "#lib/store/artifacts.ts";
import { closeDatabase, openDatabase } from "#lib/store/database.ts";
import { closeWakeups } from "#lib/store/listen.ts";
import { startPostgres } from "#lib/supervisor/postgres/server.ts";
import { migrate } from "#prisma/migrate.ts";
import { Witness } from "./witness.ts";

const ROOT = join(import.meta.dirname, "../..");
const WORKERS = 2;

/** A cluster to break, real workers whose way to it can be cut, and a witness. */
export interface ChaosStage {
  folder: string;
  admin: Api;
  control: ClusterControl;
  detour: Detour;
  witness: Witness;
  /** When containerd was away, for those whose output it then loses (`performance.now`). */
  containerdAway: { from: number; to: number }[];
  /** Kills a worker hard; another is started in its place, as the supervisor does. */
  killWorker(which: number): void;
  close(): Promise<void>;
}

/** @throws Error when no cluster of our own can be had here */
export async function openChaosStage(log: (line: string) => void): Promise<ChaosStage> {
  const cluster = await startCluster({ log, name: "chaos" });
  const { control } = cluster;
  if (!control) {
    await cluster.stop();
    throw new Error(
      "Chaos needs a cluster of our own, whose parts it can kill: Linux, root and Go, and no PODFLOW_TEST_KUBECONFIG.",
    );
  }
  const folder = mkdtempSync(join(tmpdir(), "podflow-chaos-"));
  // As root the database server is another user, who must be able to enter.
  chmodSync(folder, 0o711);
  const postgres = await startPostgres(join(folder, "postgres"), join(folder, "postgres.log"), {
    extra: ["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
  });
  await migrate(postgres.url);
  const admin = await openApi(cluster.kubeconfigPath);
  const detour = await openDetour(admin, folder);
  const environment = {
    PODFLOW_DATA: folder,
    DATABASE_URL: postgres.url,
    KUBECONFIG: detour.kubeconfigPath,
    PODFLOW_LEASE_SECONDS: "3",
  };
  Object.assign(process.env, environment);
  openDatabase(postgres.url, 20);
  openArtifacts(diskArtifacts(join(folder, "artifacts")));
  const witness = await Witness.open(cluster.kubeconfigPath);
  const workers = new Workers(folder, environment);
  return {
    folder,
    admin,
    control,
    detour,
    witness,
    containerdAway: [],
    killWorker: (which) => workers.kill(which),
    close: async () => {
      await detour.restore();
      await workers.stop();
      witness.close();
      await closeWakeups();
      await closeDatabase();
      await postgres.stop();
      await detour.stop();
      await admin.close();
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Worker processes, kept at their number. */
class Workers {
  readonly #environment: Record<string, string>;
  readonly #log: NodeJS.WritableStream;
  readonly #children: ChildProcess[] = [];
  #isStopping = false;

  constructor(folder: string, environment: Record<string, string>) {
    this.#environment = environment;
    this.#log = createWriteStream(join(folder, "workers.log"), { flags: "a" });
    for (let which = 0; which < WORKERS; which += 1) this.#start(which);
  }

  kill(which: number): void {
    this.#children[which % WORKERS]?.kill("SIGKILL");
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const ends = this.#children.map((child) => once(child, "exit"));
    for (const child of this.#children) child.kill("SIGTERM");
    await Promise.all(ends);
    this.#log.end();
  }

  #start(which: number): void {
    const child = spawn(process.execPath, ["lib/worker/main.ts"], {
      cwd: ROOT,
      env: { ...process.env, ...this.#environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children[which] = child;
    child.stdout.pipe(this.#log, { end: false });
    child.stderr.pipe(this.#log, { end: false });
    child.once("exit", () => {
      if (!this.#isStopping) this.#start(which);
    });
  }
}
