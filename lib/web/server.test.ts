import { once } from "node:events";
import { request as send, type IncomingHttpHeaders, type Server } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWebServer, listen } from "./server.ts";

let server: Server;
let port: number;

beforeAll(async () => {
  server = createWebServer({
    allowedHosts: [],
    handle: async (request, response) => {
      if (request.url === "/broken") throw new Error("a handler that fails");
      response.end(request.url);
    },
  });
  await listen(server, "127.0.0.1", 0);
  const address = server.address();
  port = typeof address === "object" && address ? address.port : 0;
});
afterAll(() => server.close());

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

async function ask(path: string, method = "GET", headers: object = {}): Promise<Answer> {
  const request = send({ port, host: "127.0.0.1", path, method, headers: { ...headers } });
  request.end();
  const [response] = await once(request, "response");
  let body = "";
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, headers: response.headers, body };
}

test("a request of this machine is answered", async () => {
  expect(await ask("/flows?text=a")).toMatchObject({ status: 200, body: "/flows?text=a" });
});

test.each([
  ["a foreign Host", "GET", { host: "evil.example" }],
  ["a foreign Origin", "POST", { origin: "https://evil.example" }],
  ["a foreign Origin that only reads", "GET", { origin: "https://evil.example" }],
  ["a foreign page's write", "PUT", { "sec-fetch-site": "cross-site" }],
])("%s is refused with a sentence", async (_, method, headers) => {
  const answer = await ask("/", method, headers);
  expect(answer.status).toBe(403);
  expect(answer.headers["content-type"]).toMatch("application/json");
  expect(answer.body).toMatch(/^\{"message":"(A page of|This server is not)/);
});

test("a request for another server is not passed on", async () => {
  expect(await ask("http://evil.example/flows")).toMatchObject({
    status: 403,
    body: expect.stringMatching(/no proxy/),
  });
});

test("a foreign page cannot open a socket", async () => {
  const socket = connect(port, "127.0.0.1");
  socket.write(
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: https://evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  const [head] = await once(socket, "data");
  expect(String(head)).toMatch(/^HTTP\/1.1 403/);
});

test.each([
  ["/api/v1/main/executions/abc?x=1", "/api/v1/executions/abc?x=1"],
  ["/api/v1/main", "/api/v1"],
  ["/api/v1/executions/main/flow", "/api/v1/executions/main/flow"],
  ["/api/v1/mainly", "/api/v1/mainly"],
])("the tenant's path %s is %s", async (path, served) => {
  expect((await ask(path)).body).toBe(served);
});

test("a handler that fails ends its own request only", async () => {
  expect((await ask("/broken")).status).toBe(500);
  expect((await ask("/")).status).toBe(200);
});

test("an upload may take hours: nothing ends a request for its length", () => {
  expect(server.requestTimeout).toBe(0);
});

test("a taken port is one sentence that says what to change", async () => {
  const second = createWebServer({ allowedHosts: [], handle: async () => undefined });
  await expect(listen(second, "127.0.0.1", port)).rejects.toThrow(
    `Port ${port} is taken by another program. Stop that one, or choose another port: PORT=${port + 1} npm start`,
  );
});
