import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import type { Cluster } from "./contract.ts";

/** A registry that gives its images to one user alone. */
export interface LockedRegistry {
  /** Host and port, the first part of its images' names. */
  host: string;
  /** Nothing listens at its address any more. */
  goDown(): Promise<void>;
  /** It answers again at the same address. */
  comeBack(): Promise<void>;
  /** Keeps everybody waiting until the returned function is called. */
  hold(): () => void;
  stop(): Promise<void>;
}

/**
 * The test images behind a login, on loopback, which the node of a cluster of our own reaches.
 * @throws Error for another cluster
 */
export async function openLockedRegistry(
  cluster: Cluster,
  login: { username: string; password: string },
): Promise<LockedRegistry> {
  if (cluster.kind !== "own") throw new Error("Only a cluster of our own reaches this machine.");
  const wanted = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
  const [hostname, port] = cluster.registry.split(":");
  let held = Promise.resolve();
  const server = createServer((incoming, answer) => {
    void held.then(() => serve(incoming, answer));
  });
  const serve = (incoming: IncomingMessage, answer: ServerResponse): void => {
    const { method, url: path, headers } = incoming;
    if (headers.authorization !== wanted) {
      answer.writeHead(401, { "www-authenticate": 'Basic realm="locked"' }).end();
      return;
    }
    const forwarded = request({ hostname, port, method, path }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    forwarded.on("error", () => answer.writeHead(502).end());
    incoming.pipe(forwarded);
  };
  const listen = (at: number): Promise<void> =>
    new Promise((resolve) => server.listen(at, "127.0.0.1", resolve));
  await listen(0);
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("The system gave no port.");
  const host = `127.0.0.1:${address.port}`;
  // Of its own, because the entry for all other registries leads past the login.
  const folder = join(dirname(cluster.kubeconfigPath), "certs.d", host);
  await mkdir(folder);
  const toml = `server = "http://${host}"\n[host."http://${host}"]\ncapabilities = ["pull", "resolve"]\n`;
  await writeFile(join(folder, "hosts.toml"), toml);
  const goDown = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return {
    host,
    goDown,
    comeBack: () => listen(address.port),
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    stop: async () => {
      await rm(folder, { recursive: true });
      await goDown();
    },
  };
}
