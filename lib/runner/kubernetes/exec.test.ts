import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { ClusterApi } from "./api.ts";
import { openExec } from "./exec.ts";

const target = { namespace: "default", name: "pod", container: "main", command: ["true"] };
const { signal } = new AbortController();

/** An API server on this machine that answers whoever asks for another protocol. */
async function serverThat(
  answers: (request: IncomingMessage, socket: Socket, head: Buffer) => void,
): Promise<{ api: ClusterApi; stop: () => Promise<void> }> {
  const server = createServer().on("upgrade", answers).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("no port");
  const api = new ClusterApi({
    server: `http://127.0.0.1:${address.port}`,
    namespace: null,
    proxyUrl: null,
    login: async () => ({ headers: {}, tls: {} }),
  });
  const stop = async (): Promise<void> => {
    server.close();
    await api.close();
  };
  return { api, stop };
}

/** Leaves the connection open. */
function refuse(socket: Socket, status: string, header = "X-Other: none"): void {
  const body = JSON.stringify({ kind: "Status", message: "the node does not answer" });
  socket.write(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\n${header}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

test.each([
  // By SPDY and, after a 400, by web socket.
  ["500 Internal Server Error", 1],
  ["400 Bad Request", 2],
])(
  "a refused command leaves no connection open: one that nobody listens to would end the process when it broke (%s)",
  async (status, connections) => {
    const closed: Promise<void>[] = [];
    const { api, stop } = await serverThat((_request, socket) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      closed.push(promise);
      socket.resume().on("end", () => resolve(void socket.end()));
      refuse(socket, status);
    });
    await expect(openExec(api, target, signal)).rejects.toThrow("the node does not answer");
    expect(closed).toHaveLength(connections);
    await Promise.all(closed);
    await stop();
  },
);

test("a server that knows web sockets alone is asked for SPDY once, and then no more", async () => {
  const asked: (string | undefined)[] = [];
  const webSockets = new WebSocketServer({ noServer: true });
  const { api, stop } = await serverThat((request, socket, head) => {
    const { upgrade } = request.headers;
    asked.push(upgrade);
    if (upgrade !== "websocket") return refuse(socket, "400 Bad Request");
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.send(Buffer.from('\u0003{"status":"Success"}'));
    });
  });
  for (const _time of [1, 2]) {
    const session = await openExec(api, target, signal);
    session.stdout.resume();
    expect(await session.done).toEqual({ exitCode: 0, stderr: "" });
  }
  expect(asked).toEqual(["SPDY/3.1", "websocket", "websocket"]);
  await stop();
});

test("a server that asks to wait is asked again then, and no other call goes before", async () => {
  const webSockets = new WebSocketServer({ noServer: true });
  const moments: number[] = [];
  const { api, stop } = await serverThat((request, socket, head) => {
    moments.push(performance.now());
    if (moments.length === 1) return refuse(socket, "429 Too Many Requests", "Retry-After: 1");
    if (request.headers.upgrade !== "websocket") return refuse(socket, "400 Bad Request");
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.send(Buffer.from('\u0003{"status":"Success"}'));
    });
  });
  const opening = openExec(api, target, signal);
  while (moments.length === 0) await pause(5);
  await pause(100);
  const other = api.admit(signal).then(() => performance.now());
  const session = await opening;
  session.stdout.resume();
  expect(await session.done).toEqual({ exitCode: 0, stderr: "" });
  const [first = 0, second = 0] = moments;
  expect(second - first).toBeGreaterThanOrEqual(990);
  expect((await other) - first).toBeGreaterThanOrEqual(990);
  await stop();
});
