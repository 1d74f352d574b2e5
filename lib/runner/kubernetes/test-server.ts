import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { text } from "node:stream/consumers";
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

/**
 * One that answers to what a check asks: its version, and whether its user may do something.
 * @param may by names such as `create pods`, `get pods/log`, `list jobs.batch`
 */
export function openReviewingServer(
  version: string,
  may: (name: string) => boolean,
): Promise<TestServer> {
  return openTestServer((call, answer) => {
    if (call.url === "/version") return answer.end(JSON.stringify({ gitVersion: version }));
    if (call.method !== "POST") return answer.writeHead(403).end();
    void text(call).then((body) => {
      // A SelfSubjectAccessReview, which is all that checks send.
      const { spec } = JSON.parse(body) as {
        spec: { resourceAttributes: Record<string, string | undefined> };
      };
      const { verb, resource, subresource, group } = spec.resourceAttributes;
      const more = `${subresource ? `/${subresource}` : ""}${group ? `.${group}` : ""}`;
      const allowed = may(`${verb} ${resource}${more}`);
      answer.end(JSON.stringify({ status: { allowed } }));
    });
    return undefined;
  });
}
