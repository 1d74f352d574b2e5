import { once } from "node:events";
import { createServer, connect, type Server, type Socket } from "node:net";

/**
 * Linux's abstract socket names serve as locks: one process can hold a name, and the kernel frees
 * it when that process ends in whatever way, so no stale lock can stay behind.
 */
function address(name: string): string {
  return `\0${name}`;
}

/** Takes the name and serves whoever connects to it, or returns null when another process has it. */
export async function holdName(
  name: string,
  onConnection: (socket: Socket) => void,
): Promise<Server | null> {
  const server = createServer(onConnection);
  server.listen(address(name));
  try {
    await once(server, "listening");
    return server;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return null;
    throw error;
  }
}

/** Connects to the process that holds the name, or returns null when none does. */
export async function connectName(name: string): Promise<Socket | null> {
  const socket = connect(address(name));
  try {
    await once(socket, "connect");
    return socket;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ECONNREFUSED") return null;
    throw error;
  }
}

/** Runs `work` while no other process of this machine runs work of the same name. */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const held = new Set<Socket>();
    const server = await holdName(name, (socket) => {
      held.add(socket);
      socket.on("error", () => held.delete(socket));
    });
    if (server) {
      try {
        return await work();
      } finally {
        for (const socket of held) socket.destroy();
        server.close();
      }
    }
    const other = await connectName(name);
    if (!other) continue;
    // A reset is one of the ways in which the holder's end shows.
    other.on("error", () => other.destroy());
    other.resume();
    if (!other.destroyed) await once(other, "close").catch(() => undefined);
  }
}
