import WebSocket from "ws";
import { failureFromBody } from "./api-failure.ts";
import {
  CHANNEL,
  type ExecAddress,
  type ExecListener,
  type ExecSocket,
  OPEN_MS,
  SEND_BUFFER_BYTES,
} from "./exec-socket.ts";

const V5 = "v5.channel.k8s.io";
const V4 = "v4.channel.k8s.io";
/** Small enough for every proxy on the way (older API servers refuse more than 64 KiB). */
const MESSAGE_BYTES = 32 * 1024;

/** The way that every server and proxy of today understands. */
export class ExecWebSocket implements ExecSocket {
  readonly opened: Promise<void>;
  readonly #socket: WebSocket;
  /** Buffers of messages that have been sent. */
  readonly #spare: Buffer[] = [];

  constructor({ url, login, tunnel }: ExecAddress, listener: ExecListener) {
    const socket = new WebSocket(url.replace(/^http/, "ws"), [V5, V4], {
      ...login.tls,
      ...(tunnel && { createConnection: () => tunnel }),
      headers: login.headers,
      perMessageDeflate: false,
      handshakeTimeout: OPEN_MS,
      // Masks protect caches between browser and server. There are none here, and masking costs time.
      generateMask: (mask: Buffer) => mask.fill(0),
    });
    this.#socket = socket;
    this.opened = opening(socket);
    socket.on("error", () => undefined);
    socket.on("pong", () => listener.onAlive());
    socket.on("message", (data: Buffer) => {
      listener.onAlive();
      listener.onMessage(data[0] ?? 0, data.subarray(1));
    });
    socket.on("close", (code, reason) => listener.onClose(`${code} ${String(reason)}`));
  }

  get closesStdin(): boolean {
    return this.#socket.protocol === V5;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  async send(bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.length; start += MESSAGE_BYTES) {
      const part = bytes.subarray(start, start + MESSAGE_BYTES);
      // Taken again once it is on the wire: a gigabyte of new ones would wait for the collector.
      const isWhole = part.length === MESSAGE_BYTES;
      const buffer = (isWhole && this.#spare.pop()) || Buffer.allocUnsafeSlow(part.length + 1);
      buffer[0] = CHANNEL.stdin;
      buffer.set(part, 1);
      await this.#write(buffer, () => isWhole && this.#spare.push(buffer));
    }
  }

  endStdin(): Promise<void> {
    return this.#write(Buffer.from([CHANNEL.close, CHANNEL.stdin]));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  ping(): void {
    this.#socket.ping();
  }

  close(): void {
    this.#socket.close();
  }

  terminate(): void {
    this.#socket.terminate();
  }

  async #write(message: Buffer, onSent: () => unknown = () => undefined): Promise<void> {
    const socket = this.#socket;
    const isFull = socket.bufferedAmount > SEND_BUFFER_BYTES;
    await new Promise<void>((resolve, reject) => {
      socket.send(message, (error) => {
        if (!error) onSent();
        if (error) reject(error);
        else if (isFull) resolve();
      });
      if (!isFull) resolve();
    });
  }
}

/** Rejects with the server's own words when it answers something else than a socket. */
function opening(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
    socket.once("close", (code) => reject(new Error(`The connection broke (${code}).`)));
    socket.once("unexpected-response", (request, response) => {
      const chunks: Buffer[] = [];
      const connection = response.socket;
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        reject(failureFromBody(response.statusCode ?? 0, text, response.headers));
        request.destroy();
        // The request may have let it go already.
        connection.destroy();
      });
    });
  });
}
