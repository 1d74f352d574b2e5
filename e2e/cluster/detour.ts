import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Api } from "./api.ts";
import { writeKubeconfig } from "./kubeconfig.ts";

/**
 * A way of its own to the API server, which a test can break without harm to others who use the
 * same cluster. What goes through it is TLS from end to end.
 */
export interface Detour {
  /** A kubeconfig that takes the detour, for the same user. */
  kubeconfigPath: string;
  /** Breaks every connection with a reset; new ones work. */
  cut(): void;
  /** Breaks every connection and refuses new ones, as when the API server is down. */
  block(): Promise<void>;
  /** Keeps connections and accepts new ones, but passes nothing on, as when packets are lost. */
  stall(): void;
  /** Ends `block` and `stall`. What was held back goes on. */
  restore(): Promise<void>;
  /** Ends the detour for good. */
  stop(): Promise<void>;
}

/** Opens a detour for the user of `api`, whose kubeconfig is written into `folder`. */
export async function openDetour(api: Api, folder: string): Promise<Detour> {
  const lines = new Lines(new URL(api.credentials.server));
  const serve = (port: number): Promise<Server> => listen(port, (socket) => lines.add(socket));
  let server = await serve(0);
  const port = portOf(server);
  const credentials = { ...api.credentials, server: `https://127.0.0.1:${port}` };
  const block = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    lines.cut();
    await closed;
  };
  return {
    kubeconfigPath: await writeKubeconfig(folder, `detour-${port}.kubeconfig`, credentials),
    cut: () => lines.cut(),
    block,
    stall: () => lines.stall(),
    restore: async () => {
      lines.resume();
      if (!server.listening) server = await serve(port);
    },
    stop: block,
  };
}

/** The connections that a detour passes on. */
class Lines {
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #isStalled = false;

  constructor(target: URL) {
    this.#target = target;
  }

  add(near: Socket): void {
    const port = Number(this.#target.port || 443);
    const far = connect({ host: this.#target.hostname, port, allowHalfOpen: true });
    this.#pass(near, far);
    this.#pass(far, near);
  }

  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  stall(): void {
    this.#isStalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  resume(): void {
    this.#isStalled = false;
    for (const socket of this.#sockets) socket.resume();
  }

  #pass(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on("data", (chunk) => {
      if (!to.write(chunk)) from.pause();
    });
    to.on("drain", () => {
      if (!this.#isStalled) from.resume();
    });
    from.on("end", () => to.end());
    // One side's failure is the other's end; what it means is the client's to say.
    from.on("error", () => to.destroy());
    from.once("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    if (this.#isStalled) from.pause();
  }
}

async function listen(port: number, onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, onConnection);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("The detour has no port.");
  return address.port;
}
