import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { log } from "#lib/config/log.ts";
import { refusedBecause } from "./gate.ts";

export interface WebServerOptions {
  allowedHosts: readonly string[];
  /** Answers what has passed the gate. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Takes over a connection (the development server's own socket); absent: none are taken. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
}

/** The tenant of an installation without tenants: `/api/v1/main/…` is `/api/v1/…`. */
const TENANT = /^\/api\/v1\/main(?=[/?]|$)/;

/**
 * The HTTP server in front of Next: every request passes the gate first. A request may take as long
 * as it needs (an upload of hours), but its head must be there within 30 s.
 */
export function createWebServer(options: WebServerOptions): Server {
  const server = createServer({ keepAliveTimeout: 65_000, headersTimeout: 30_000 });
  server.requestTimeout = 0;
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const refusal = refusalOf(server, options, request);
    if (refusal !== null) return refuse(response, refusal);
    request.url = (request.url ?? "/").replace(TENANT, "/api/v1");
    options.handle(request, response).catch((error: unknown) => {
      log().error({ err: error, url: request.url }, "a request could not be answered");
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    if (!options.upgrade || refusalOf(server, options, request) !== null) {
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    options.upgrade(request, socket, head).catch((error: unknown) => {
      log().warn({ err: error, url: request.url }, "a connection could not be upgraded");
      socket.destroy();
    });
  });
  return server;
}

function refusalOf(
  server: Server,
  options: WebServerOptions,
  request: IncomingMessage,
): string | null {
  // A proxy's form of a request names a server of its own, which the Host of it need not be.
  if (!request.url?.startsWith("/") && request.method !== "OPTIONS") {
    return "This server is no proxy: ask it for a path, such as /flows.";
  }
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const policy = { port, allowedHosts: options.allowedHosts };
  return refusedBecause(request.method ?? "GET", request.headers, policy);
}

function refuse(response: ServerResponse, message: string): void {
  const body = JSON.stringify({ message });
  response.writeHead(403, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    // What was being sent is not read; the connection cannot be used again.
    connection: "close",
  });
  response.end(body);
}

/**
 * Listens.
 * @throws Error with a sentence that says what to change when the address cannot be used
 */
export async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new Error(listenProblem(error, host, port), { cause: error })),
    );
    server.listen(port, host, resolve);
  });
}

function listenProblem(error: NodeJS.ErrnoException, host: string, port: number): string {
  const place = `${host}:${port}`;
  if (error.code === "EADDRINUSE") {
    return `Port ${port} is taken by another program. Stop that one, or choose another port: PORT=${port + 1} npm start`;
  }
  if (error.code === "EACCES") {
    return `This user may not listen on ${place}. Choose a port above 1023, for example PORT=3000.`;
  }
  return `Podflow cannot listen on ${place}: ${error.message}. Check HOST and PORT.`;
}
