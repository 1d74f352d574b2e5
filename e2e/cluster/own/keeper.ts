import type { Socket } from "node:net";
import { join } from "node:path";
import { buildImages, type ImageFolder } from "../images/build.ts";
import { COMPONENTS, type ComponentName } from "./components.ts";
import { launch, prepare, restore } from "./launch.ts";
import { holdName } from "./lock.ts";
import { takeSlot } from "./network.ts";
import { keeperName } from "./paths.ts";
import { type ClusterInfo, type NumberedRequest, readMessages, sendMessage } from "./protocol.ts";
import { Supervisor } from "./supervisor.ts";
import { sweep, sweepDeadClusters } from "./sweep.ts";
import { Users } from "./users.ts";

const FIRST_USER_WITHIN_MS = 15_000;

/**
 * The process that owns one cluster of our own: it starts the components, serves those who
 * connect, and takes everything down when nobody is connected any more. As a killed user's
 * connection closes too, no cluster outlives its users unless it was detached.
 */
class Keeper {
  readonly #users = new Users();
  readonly #binaries: string;
  readonly #images: ImageFolder;
  readonly #cluster: string;
  #supervisor: Supervisor | null = null;
  #isDetached = false;
  #ending: Promise<never> | null = null;
  #ready: Promise<void>;

  constructor(cluster: string, binaries: string, images: ImageFolder) {
    this.#cluster = cluster;
    this.#binaries = binaries;
    this.#images = images;
    this.#ready = this.#begin();
    // Those who wait for the start are told by the answer to what they asked.
    this.#ready.catch((error: unknown) => {
      report(`The cluster cannot start: ${reasonOf(error)}`);
      void this.end();
    });
    setTimeout(() => this.#endIfUnused(), FIRST_USER_WITHIN_MS);
  }

  serve(socket: Socket): void {
    this.#users.add(socket);
    readMessages<NumberedRequest>(socket, (request) => void this.#answer(socket, request));
    // A user that was killed: its connection closes next.
    socket.on("error", () => socket.destroy());
    socket.once("close", () => void this.#leave(socket));
  }

  /** Ends the cluster and this process. */
  end(): Promise<never> {
    this.#ending ??= this.#takeDown();
    return this.#ending;
  }

  async #begin(): Promise<void> {
    await sweepDeadClusters(keeperName(this.#cluster));
    const made = { binaries: this.#binaries, blobs: this.#images.blobs };
    const settings = await prepare(this.#cluster, made, await takeSlot());
    this.#supervisor = new Supervisor(settings, (name, how) => {
      this.#say(`The cluster's ${name} ended by itself (${how}); see ${settings.logs}/${name}.log`);
    });
    if (this.#ending) throw new Error("The cluster was stopped while it started.");
    await launch(this.#supervisor, this.#images.manifests);
  }

  async #answer(socket: Socket, request: NumberedRequest): Promise<void> {
    const { id } = request;
    try {
      await this.#carryOut(socket, request);
      sendMessage(socket, { id, value: this.#info() });
    } catch (error) {
      sendMessage(socket, { id, error: reasonOf(error) });
    }
  }

  async #carryOut(socket: Socket, request: NumberedRequest): Promise<void> {
    switch (request.op) {
      case "attach":
        // Too late: the answer is the end of the connection, after which there can be a new cluster.
        if (this.#ending) return this.#ending;
        this.#users.hold(socket);
        return this.#ready;
      case "release":
        this.#users.release(socket);
        if (this.#users.holding === 0 && !this.#isDetached) await this.end();
        return;
      case "detach":
        this.#isDetached = true;
        return;
      case "stop":
        return this.end();
      case "status":
        return;
      case "freeze":
      case "kill":
        this.#users.broke(socket, request.component);
        if (request.op === "kill") return this.#running().kill(request.component);
        return this.#running().signal(request.component, "SIGSTOP");
      case "thaw":
      case "start":
        return this.#mend(request.component);
    }
  }

  async #mend(component: ComponentName): Promise<void> {
    const supervisor = this.#running();
    if (supervisor.isRunning(component)) supervisor.signal(component, "SIGCONT");
    await restore(component, supervisor, this.#images.manifests);
    this.#users.mended(component);
  }

  #running(): Supervisor {
    if (!this.#supervisor) throw new Error("The cluster has not started yet.");
    return this.#supervisor;
  }

  async #leave(socket: Socket): Promise<void> {
    const broken = this.#users.remove(socket);
    this.#endIfUnused();
    if (this.#ending) return;
    for (const component of broken) {
      await this.#mend(component).catch((error: unknown) => this.#say(reasonOf(error)));
    }
  }

  #endIfUnused(): void {
    if (this.#users.connected === 0 && !this.#isDetached) void this.end();
  }

  async #takeDown(): Promise<never> {
    // Until the state folder is made there is nothing to take down; then #begin stops by itself.
    if (!this.#supervisor) await this.#ready.catch(() => undefined);
    if (this.#supervisor) {
      this.#supervisor.close();
      const { state, cgroup, network } = this.#supervisor.settings;
      try {
        await sweep(state, cgroup, network);
      } catch (error) {
        // What is left is the next start's to sweep; a keeper that stays would keep everybody out.
        this.#say(reasonOf(error));
        process.exit(1);
      }
    }
    // The name is free before the connections end, so that whoever sees them end can start anew.
    server?.close();
    process.exit(0);
  }

  #info(): ClusterInfo {
    const { settings } = this.#running();
    return {
      kubeconfigPath: join(settings.state, "kubeconfig"),
      registry: `127.0.0.1:${settings.ports.registry}`,
      logsDir: settings.logs,
      state: settings.state,
      binaries: settings.binaries,
      keeperPid: process.pid,
      users: this.#users.holding,
      isDetached: this.#isDetached,
      down: COMPONENTS.filter((name) => !this.#running().isRunning(name)),
    };
  }

  #say(line: string): void {
    report(line);
    this.#users.tellAll({ log: line });
  }
}

function report(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const [cluster, binaries] = process.argv.slice(2);
if (!cluster || !binaries) throw new Error("usage: node keeper.ts CLUSTER BINARIES");
const images = await buildImages((line) => process.stderr.write(`${line}\n`));
const waiting: Socket[] = [];
let keeper: Keeper | null = null;
const server = await holdName(keeperName(cluster), (socket) => {
  if (keeper) keeper.serve(socket);
  else waiting.push(socket);
});
// Somebody else was faster: whoever started this process connects to that keeper.
if (!server) process.exit(0);
keeper = new Keeper(cluster, binaries, images);
for (const socket of waiting) keeper.serve(socket);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void keeper?.end());
}
