import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { RunHandle } from "../contract.ts";
import type { ClusterAccess } from "./access.ts";
import type { Pod } from "./pod.ts";

/** What the runtime stores of a line, or of a piece of a long one. */
interface Piece {
  stampMs: number;
  bytes: Buffer;
  isPartial: boolean;
}

/** containerd's limit is 16 KiB; a small one makes many pieces. */
const PIECE_BYTES = 64;
const BASE_MS = Date.parse("2026-11-24T21:05:00Z");

/**
 * One pod on one node behind an API server, for tests of what its log API can do to a reader: it
 * rotates, answers from a second on, follows, breaks connections anywhere and complains with 200.
 * It does what the kubelet's ReadLogs does (k8s.io/cri-client/pkg/logs).
 */
export class ModelNode {
  readonly #files: Piece[][] = [[]];
  readonly #random: () => number;
  readonly #command: string[];
  readonly #server = createServer((request, answer) => this.#answer(request, answer));
  readonly #open = new Set<ServerResponse>();
  readonly #watches = new Set<ServerResponse>();
  readonly #followed = Promise.withResolvers<void>();
  #nowMs = BASE_MS;
  #state: "running" | "ended" = "running";
  #endedAt = "";
  #version = 1;
  /** What was asked of it: `log follow`, `log tail`, `log head`, `log whole`, `log`, `pod`, `list`, `watch`. */
  readonly requests: string[] = [];
  /** How many of the next answers with a log are a complaint. */
  complaints = 0;
  /** How many of the next questions for the log get no answer, and then how many are refused. */
  outages = 0;
  refusals = 0;
  /** Whether it does not give a file from its beginning to its end. */
  refusesWhole = false;
  /** Chance, from 0 to 1, that an answer breaks in the middle. */
  cutChance = 0;
  /** Chance, from 0 to 1, that it ends in the middle as if it were whole. */
  earlyEndChance = 0;
  /** How many of the next answers that are not followed end in the middle as if they were whole. */
  earlyEnds = 0;
  #held: Promise<void> = Promise.resolve();
  #heldWhole: Promise<void> = Promise.resolve();
  #isFollowable = true;
  #areStranded = false;
  #vainRotations = 0;

  constructor(options: { random: () => number; command: string[] }) {
    this.#random = options.random;
    this.#command = options.command;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get access(): ClusterAccess {
    // A server that listens on a port has an address with a port.
    const { port } = this.#server.address() as AddressInfo;
    return {
      server: `http://127.0.0.1:${port}`,
      namespace: null,
      proxyUrl: null,
      login: async () => ({ headers: {}, tls: {} }),
    };
  }

  get handle(): RunHandle {
    return { attemptId: "a1", namespace: "ns", name: "pod", uid: "uid" };
  }

  /** Resolves when somebody follows the log. */
  get followed(): Promise<void> {
    return this.#followed.promise;
  }

  /**
   * Prints a line, stored in pieces; the last of a log may have no end.
   * @param tornAt behind how many bytes of it the log is rotated
   */
  print(bytes: Buffer, hasEnd = true, tornAt = Number.POSITIVE_INFINITY): void {
    for (let start = 0; ; start += PIECE_BYTES) {
      if (start >= tornAt && start - PIECE_BYTES < tornAt) this.rotate();
      const isLast = start + PIECE_BYTES >= bytes.length;
      const end = isLast && hasEnd ? "\n" : "";
      const piece = Buffer.concat([bytes.subarray(start, start + PIECE_BYTES), Buffer.from(end)]);
      this.#files.at(-1)?.push({ stampMs: this.#nowMs, bytes: piece, isPartial: !isLast });
      this.#nowMs += this.#random() < 0.5 ? 0 : Math.floor(this.#random() * 120);
      if (isLast) return;
    }
  }

  /** Lets time go on without a line. */
  wait(ms: number): void {
    this.#nowMs += ms;
  }

  /** The runtime's stamps are nanoseconds, and opening a new file takes longer: none is in both files. */
  rotate(): void {
    this.#nowMs += 1;
    this.#files.push([]);
  }

  /**
   * A rotation while the program prints: who has read all goes on with the new file at once.
   * @returns prints a line that the runtime had at hand, into the old file
   */
  rotateBusily(): (bytes: Buffer) => void {
    const old = this.#files.at(-1);
    this.rotate();
    return (bytes) => {
      const stampMs = this.#nowMs - 1;
      old?.push({ stampMs, bytes: Buffer.concat([bytes, Buffer.from("\n")]), isPartial: false });
    };
  }

  /** From now on who follows waits at the end of a file that is rotated, as one does that was behind. */
  strandFollowers(): void {
    this.#areStranded = true;
  }

  /**
   * A rotation that fails: the node moves the file away and back, and who follows reads all of it again
   * (rotateLatestLog of pkg/kubelet/logs/container_log_manager.go; waitLogs of k8s.io/cri-client).
   */
  rotateInVain(): void {
    this.#vainRotations += 1;
  }

  /** Ends the container, which the watch tells. */
  end(): void {
    this.#state = "ended";
    this.endFollowing();
    this.#version += 1;
    for (const watch of this.#watches) watch.write(this.#event());
  }

  /** Ends the answers of those who follow, as a node does that sees an end before it tells it. */
  endFollowing(): void {
    this.#isFollowable = false;
    this.#endedAt ||= new Date().toISOString().replace(/\.\d+/, "");
  }

  /** Keeps those who follow the log waiting until the returned function is called. */
  holdFollowers(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return resolve;
  }

  /** Keeps those who read a file from its beginning to its end waiting until the returned function is called. */
  holdWholeReaders(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#heldWhole = promise;
    return resolve;
  }

  /** Breaks every connection on which a log is read. */
  cut(): void {
    for (const answer of this.#open) answer.destroy();
  }

  #answer(request: IncomingMessage, answer: ServerResponse): void {
    const url = new URL(request.url ?? "", "http://model");
    this.requests.push(kindOf(url));
    const isOfLog = url.pathname.endsWith("/log");
    if (isOfLog && this.outages > 0) {
      this.outages -= 1;
      return void answer.destroy();
    }
    if (this.refusesWhole && kindOf(url) === "log whole")
      return void answer.writeHead(403).end("{}");
    if (isOfLog && this.refusals > 0) {
      this.refusals -= 1;
      return void answer.writeHead(403).end(JSON.stringify({ message: "RBAC: not synced" }));
    }
    if (isOfLog) return void this.#log(url.searchParams, answer);
    answer.setHeader("content-type", "application/json");
    if (url.searchParams.get("watch") === "true") {
      this.#watches.add(answer);
      answer.on("close", () => this.#watches.delete(answer));
      answer.write(this.#event());
      return;
    }
    const metadata = { resourceVersion: String(this.#version) };
    const isList = url.pathname.endsWith("/pods");
    answer.end(JSON.stringify(isList ? { metadata, items: [this.#pod()] } : this.#pod()));
  }

  #event(): string {
    return `${JSON.stringify({ type: "MODIFIED", object: this.#pod() })}\n`;
  }

  #pod(): Pod {
    const startedAt = new Date(BASE_MS).toISOString();
    const containerID = "containerd://c1";
    const state =
      this.#state === "running"
        ? { running: { startedAt } }
        : { terminated: { exitCode: 0, startedAt, finishedAt: this.#endedAt, containerID } };
    return {
      metadata: {
        name: "pod",
        namespace: "ns",
        uid: "uid",
        resourceVersion: String(this.#version),
      },
      spec: { containers: [{ name: "main", command: this.#command }] },
      status: { containerStatuses: [{ name: "main", containerID, state }] },
    };
  }

  async #log(query: URLSearchParams, answer: ServerResponse): Promise<void> {
    answer.setHeader("content-type", "text/plain");
    if (this.complaints > 0) {
      this.complaints -= 1;
      answer.end("unable to retrieve container logs for containerd://c1");
      return;
    }
    this.#open.add(answer);
    answer.on("close", () => this.#open.delete(answer));
    answer.on("error", () => undefined);
    answer.flushHeaders();
    const cutAfter = this.#random() < this.cutChance ? this.#random() * 600 : Infinity;
    let endAfter = this.#random() < this.earlyEndChance ? this.#random() * 600 : Infinity;
    if (this.earlyEnds > 0 && !query.has("follow") && !query.has("tailLines")) {
      this.earlyEnds -= 1;
      endAfter = 6000;
    }
    let sent = 0;
    const limit = Number(query.get("limitBytes") ?? Infinity);
    for await (const bytes of this.#read(query, () => answer.destroyed)) {
      for (let at = 0; at < bytes.length;) {
        const size = 1 + Math.floor(this.#random() * 90);
        answer.write(bytes.subarray(at, at + size));
        at += size;
        sent += size;
        if (this.#random() < 0.05) await pause(1);
      }
      if (sent > cutAfter) answer.destroy();
      if (answer.destroyed) return;
      if (sent >= limit) break;
      if (sent > endAfter) break;
    }
    answer.end();
  }

  /** What ReadLogs does: one flag for "the last piece had a line end", also when it was left out. */
  async *#read(query: URLSearchParams, isGone: () => boolean): AsyncGenerator<Buffer> {
    const since = Date.parse(query.get("sinceTime") ?? "1970-01-01T00:00:00Z");
    let file = this.#files.length - 1;
    const tail = query.get("tailLines");
    // The kubelet counts pieces.
    let at = tail === null ? 0 : Math.max(0, (this.#files[file]?.length ?? 0) - Number(tail));
    let isNewLine = true;
    let vain = this.#vainRotations;
    const isWhole = !["follow", "sinceTime", "tailLines", "limitBytes"].some((its) =>
      query.has(its),
    );
    if (query.get("follow") === "true") this.#followed.resolve();
    if (isWhole) await this.#heldWhole;
    for (;;) {
      const piece = this.#files[file]?.[at];
      if (query.has("follow")) await this.#held;
      if (piece) {
        at += 1;
        const stamp = new Date(piece.stampMs).toISOString().replace("Z", "000000Z");
        const prefix = isNewLine ? `${stamp} ` : "";
        isNewLine = piece.bytes.at(-1) === 10;
        if (piece.stampMs >= since) yield Buffer.concat([Buffer.from(prefix), piece.bytes]);
      } else if (file < this.#files.length - 1 && query.has("follow") && !this.#areStranded) {
        file += 1;
        at = 0;
      } else if (query.has("follow") && vain < this.#vainRotations) {
        vain = this.#vainRotations;
        at = 0;
      } else if (!query.has("follow") || !this.#isFollowable || isGone()) {
        return;
      } else {
        await pause(2);
      }
    }
  }
}

function kindOf({ pathname, searchParams }: URL): string {
  if (pathname.endsWith("/log")) {
    if (searchParams.has("tailLines")) return "log tail";
    if (searchParams.has("follow")) return "log follow";
    if (searchParams.has("limitBytes")) return "log head";
    return searchParams.has("sinceTime") ? "log" : "log whole";
  }
  if (searchParams.has("watch")) return "watch";
  return pathname.endsWith("/pods") ? "list" : "pod";
}
