import { once } from "node:events";
import { createServer } from "node:http";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { readKubeconfig } from "#e2e/cluster/kubeconfig.ts";
import { writeFile } from "node:fs/promises";

export interface CountingProxy {
  /** A kubeconfig whose only context is `counted`. */
  kubeconfigPath: string;
  /** `METHOD path` of every request so far, without names of pods. */
  requests: string[];
  close(): Promise<void>;
}

/** A plain HTTP server before the API server that logs in for whoever asks and writes down each request. */
export async function openCountingProxy(
  kubeconfigPath: string,
  folder: string,
): Promise<CountingProxy> {
  const login = await readKubeconfig(kubeconfigPath);
  const target = new URL(login.server);
  const agent = new Agent({
    keepAlive: true,
    ca: login.authority,
    cert: login.certificate,
    key: login.key,
  });
  const requests: string[] = [];
  const forward = (head: Parameters<Parameters<typeof createServer>[1] & object>[0]) => {
    const { pathname, searchParams } = new URL(head.url ?? "/", target);
    const kind = searchParams.has("watch") ? " watch" : searchParams.has("follow") ? " follow" : "";
    requests.push(`${head.method} ${pathname.replace(/(pods)\/[^/]+/, "$1/…")}${kind}`);
    const { hostname, port } = target;
    const headers = { ...head.headers, host: target.host };
    return { hostname, port, path: head.url, method: head.method, headers, agent };
  };
  const server = createServer((head, answer) => {
    const onward = request(forward(head), (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    head.pipe(onward);
  });
  server.on("upgrade", (head, socket, first) => {
    const onward = request(forward(head));
    onward.on("upgrade", (got, far, farFirst) => {
      const lines = got.rawHeaders.flatMap((name, index, all) =>
        index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : [],
      );
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
      socket.write(farFirst);
      far.write(first);
      far.pipe(socket).pipe(far);
      for (const one of [far, socket]) one.on("error", () => [far, socket].map((s) => s.destroy()));
    });
    onward.on("error", () => socket.destroy());
    onward.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("The proxy has no port.");
  const path = join(folder, "counted.kubeconfig");
  const config = {
    contexts: [{ name: "counted", context: { cluster: "counted" } }],
    clusters: [{ name: "counted", cluster: { server: `http://127.0.0.1:${address.port}` } }],
  };
  await writeFile(path, JSON.stringify(config));
  return {
    kubeconfigPath: path,
    requests,
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
