import type { Socket } from "node:net";
import type { ComponentName } from "./components.ts";

/** What a keeper tells those who use its cluster. */
export interface ClusterInfo {
  kubeconfigPath: string;
  /** Host and port of the image registry, the same for the nodes and for this machine. */
  registry: string;
  logsDir: string;
  state: string;
  /** The folder of its binaries, named by version and hash of what they were built from. */
  binaries: string;
  keeperPid: number;
  /** Connections that hold the cluster. */
  users: number;
  isDetached: boolean;
  /** Components that do not run now. */
  down: ComponentName[];
}

/**
 * What a connection may ask. `attach` waits until the cluster is ready and holds it; `release`
 * lets it go, and is answered at once unless that ends the cluster; `detach` lets the cluster live
 * without users; `stop` ends it whoever uses it. The end of the cluster closes all connections.
 */
export type Request =
  | { op: "attach" | "release" | "status" | "detach" | "stop" }
  | { op: "freeze" | "thaw" | "kill" | "start"; component: ComponentName };

export type NumberedRequest = Request & { id: number };

export type Message =
  | { log: string }
  | { id: number; value: ClusterInfo }
  | { id: number; error: string };

/** Calls `onMessage` with each JSON document that comes over the connection, one a line. */
export function readMessages<T>(socket: Socket, onMessage: (message: T) => void): void {
  let rest = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    // Both ends are this program's own, which send nothing but these messages.
    for (const line of lines) onMessage(JSON.parse(line) as T);
  });
}

export function sendMessage(socket: Socket, message: Message | NumberedRequest): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
}
