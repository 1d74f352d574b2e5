import type { Socket } from "node:net";
import {
  type ClusterInfo,
  type Message,
  readMessages,
  type Request,
  sendMessage,
} from "./protocol.ts";

interface Waiting {
  resolve: (value: ClusterInfo) => void;
  reject: (error: Error) => void;
}

/** The keeper ended before it answered: its cluster was stopped, or it was killed. */
export class KeeperEnded extends Error {
  constructor() {
    super("The cluster was stopped, or its keeper was killed, before it answered.");
  }
}

/** A conversation with the keeper of a cluster of our own. */
export class KeeperConnection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  /** Settles when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  #count = 0;

  constructor(socket: Socket, log: (line: string) => void) {
    this.#socket = socket;
    // A caller that forgets to release the cluster can still end, and that releases it.
    socket.unref();
    socket.on("error", () => socket.destroy());
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.once("close", () => this.#rejectAll());
    readMessages<Message>(socket, (message) => {
      if ("log" in message) log(message.log);
      else this.#settle(message);
    });
  }

  /** @throws KeeperEnded, or an Error with the keeper's reason. */
  async ask(request: Request): Promise<ClusterInfo> {
    this.#count += 1;
    const id = this.#count;
    const answer = new Promise<ClusterInfo>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    this.#socket.ref();
    try {
      if (this.#socket.destroyed) this.#rejectAll();
      sendMessage(this.#socket, { ...request, id });
      return await answer;
    } finally {
      if (this.#waiting.size === 0) this.#socket.unref();
    }
  }

  /** Ends the conversation; what this side held is released. */
  async close(): Promise<void> {
    this.#socket.ref();
    this.#socket.destroy();
    await this.closed;
  }

  /** Asks for something that may end the cluster, and returns when it is answered or has ended. */
  async askToEnd(op: "release" | "stop"): Promise<void> {
    this.#socket.ref();
    await Promise.race([this.ask({ op }).catch(() => undefined), this.closed]);
    await this.close();
  }

  #settle(message: Exclude<Message, { log: string }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ("error" in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.value);
  }

  #rejectAll(): void {
    for (const { reject } of this.#waiting.values()) {
      reject(new KeeperEnded());
    }
    this.#waiting.clear();
  }
}
