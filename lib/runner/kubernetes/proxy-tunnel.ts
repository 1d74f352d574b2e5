import { isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { Client, type Dispatcher } from "undici";
import { RunnerError } from "../contract.ts";
import type { TlsOptions } from "./login.ts";

const CONNECT_MS = 10_000;

/**
 * A connection to the API server through the kubeconfig's `proxy-url`, for what cannot take undici's
 * own way: web sockets. TLS, where the server has it, begins once something is written.
 * @throws RunnerError for a proxy of another kind or one that refuses, whatever undici throws when it
 * cannot be reached
 */
export async function openTunnel(
  proxyUrl: string,
  server: string,
  options: { tls: TlsOptions; signal: AbortSignal },
): Promise<Socket> {
  const proxy = new URL(proxyUrl);
  if (!/^https?:$/.test(proxy.protocol)) {
    throw unusable(
      proxy,
      "is not one by HTTP, and files are moved through such a one only",
      "Set proxy-url in the kubeconfig to an http:// or https:// proxy.",
    );
  }
  const { hostname, port, protocol } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, "");
  const client = new Client(proxy.origin, { connect: { timeout: CONNECT_MS }, allowH2: false });
  const path = `${hostname}:${port || (protocol === "http:" ? 80 : 443)}`;
  const headers = { ...authorization(proxy), "user-agent": "podflow" };
  let answer: Dispatcher.ConnectData;
  try {
    answer = await client.connect({ path, headers, signal: options.signal });
  } finally {
    // The socket is no longer the client's by then.
    void client.destroy();
  }
  const { statusCode, socket } = answer;
  // What undici hands over on a CONNECT is the connection's own socket.
  const tunnel = socket as Socket;
  if (statusCode !== 200) {
    tunnel.destroy();
    throw unusable(
      proxy,
      `answers ${statusCode} instead of a way to the API server`,
      "See whether it lets this machine through to the API server's address, and its login.",
    );
  }
  if (protocol === "http:") return tunnel;
  const servername = isIP(host) ? {} : { servername: host };
  // For HTTP/1.1 alone: there are no web sockets over HTTP/2 here.
  return connectTls({ host, ...servername, ...options.tls, socket: tunnel });
}

function authorization({ username, password }: URL): Record<string, string> {
  if (!username) return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}

function unusable({ host }: URL, what: string, remedy: string): RunnerError {
  return new RunnerError("unreachable", `The proxy ${host} of the kubeconfig ${what}.`, {
    remedy,
    fault: "platform",
    isTransient: true,
  });
}
