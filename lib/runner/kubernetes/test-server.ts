import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { ClusterAccess } from "./access.ts";

/** A server on loopback in the place of an API server, for tests of what its answers do to us. */
export interface TestServer {
  access: ClusterAccess;
  close(): void;
}

export async function openTestServer(answer: RequestListener): Promise<TestServer> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("no port");
  return {
    access: {
      server: `http://127.0.0.1:${address.port}`,
      namespace: null,
      proxyUrl: null,
      login: async () => ({ headers: {}, tls: {} }),
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
