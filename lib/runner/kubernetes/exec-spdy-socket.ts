import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import { failureFromBody } from "./api-failure.ts";
import {
  CHANNEL,
  type ExecAddress,
  type ExecListener,
  type ExecSocket,
  OPEN_MS,
  SEND_BUFFER_BYTES,
} from "./exec-socket.ts";
import { dataHead, openStreamFrame, pingFrame, SpdyReader } from "./spdy-frames.ts";

/** pkg k8s.io/cri-streaming/pkg/streaming/remotecommand: the kinds of streams, and their numbers here. */
const STREAMS = [
  { stream: 1, kind: "error", channel: CHANNEL.status },
  { stream: 3, kind: "stdin", channel: CHANNEL.stdin },
  { stream: 5, kind: "stdout", channel: CHANNEL.stdout },
  { stream: 7, kind: "stderr", channel: CHANNEL.stderr },
];
const STDIN = 3;
const CHANNEL_OF = new Map(STREAMS.map(({ stream, channel }) => [stream, channel]));
/** A frame is one piece of memory at the other end, and tens of them may wait there. */
const FRAME_BYTES = 64 * 1024;

/** The server, or a proxy on the way, does not speak SPDY, as far as can be told. */
export class NoSpdyError extends Error {
  override readonly name = "NoSpdyError";
}

/**
 * The older way, in half the time: API server and node pass the bytes on as they are, where messages
 * of a web socket are taken apart, unmasked and put into SPDY's frames.
 */
export class ExecSpdySocket implements ExecSocket {
  readonly opened: Promise<void>;
  readonly closesStdin = true;
  readonly #listener: ExecListener;
  #socket: Socket | null = null;
  #terminate: () => void = () => undefined;
  #isOpen = false;
  #nextPing = 1;

  constructor(address: ExecAddress, listener: ExecListener) {
    this.#listener = listener;
    this.opened = this.#open(address);
    this.opened.catch(() => undefined);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async send(bytes: Uint8Array): Promise<void> {
    const parts: Uint8Array[] = [];
    for (let start = 0; start < bytes.length; start += FRAME_BYTES) {
      const part = bytes.subarray(start, start + FRAME_BYTES);
      parts.push(dataHead(STDIN, part.length, false), part);
    }
    if (parts.length > 0) await this.#write(parts);
  }

  endStdin(): Promise<void> {
    return this.#write([dataHead(STDIN, 0, true)]);
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  ping(): void {
    this.#socket?.write(pingFrame(this.#nextPing));
    this.#nextPing = (this.#nextPing + 2) % 2 ** 31;
  }

  close(): void {
    this.terminate();
  }

  terminate(): void {
    this.#isOpen = false;
    this.#terminate();
  }

  /** Resolves when each stream has been accepted: what is sent before is dropped. */
  #open({ url, login, tunnel }: ExecAddress): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = (url.startsWith("https:") ? requestHttps : requestHttp)(url, {
        ...login.tls,
        ...(tunnel ? { createConnection: () => tunnel } : { agent: false }),
        headers: {
          ...login.headers,
          connection: "Upgrade",
          upgrade: "SPDY/3.1",
          "x-stream-protocol-version": "v4.channel.k8s.io",
        },
      });
      const timer = setTimeout(() => {
        reject(new NoSpdyError(`No stream was opened within ${OPEN_MS / 1000} s.`));
        this.#terminate();
      }, OPEN_MS);
      this.#terminate = () => request.destroy();
      const fail = (error: unknown): void => {
        clearTimeout(timer);
        reject(error);
      };
      const onOpen = (): void => {
        clearTimeout(timer);
        this.#isOpen = true;
        resolve();
      };
      request.on("upgrade", (_response, socket: Socket, head) => {
        this.#converse(socket, head, { onOpen, onBroken: fail });
      });
      let isAnswered = false;
      request.on("response", (response) => {
        isAnswered = true;
        const connection = response.socket;
        const end = (error: unknown): void => {
          fail(error);
          // The request may have let it go already.
          connection.destroy();
        };
        refusal(response).then(end, end);
      });
      request.on("error", fail);
      // Also when the connection has become a socket.
      request.on("close", () => {
        if (this.#socket) return;
        if (!isAnswered) fail(new Error("The connection broke."));
        this.#listener.onClose("before it was opened");
      });
      request.end();
    });
  }

  #converse(
    socket: Socket,
    head: Buffer,
    { onOpen, onBroken }: { onOpen: () => void; onBroken: (error: Error) => void },
  ): void {
    this.#socket = socket;
    this.#terminate = () => socket.destroy();
    const accepted = new Set<number>();
    const reader = new SpdyReader({
      onData: (stream, bytes) => {
        const channel = CHANNEL_OF.get(stream);
        if (channel !== undefined) this.#listener.onMessage(channel, bytes);
      },
      onReply: (stream) => {
        accepted.add(stream);
        if (accepted.size === STREAMS.length) onOpen();
      },
      // The end follows, with the status or without.
      onReset: () => undefined,
      onPing: (id) => {
        if (id % 2 === 0) socket.write(pingFrame(id));
      },
    });
    let why = "";
    socket.on("error", (error) => (why = error.message));
    socket.on("close", () => {
      this.#isOpen = false;
      onBroken(new Error(`The connection broke (${why}).`));
      this.#listener.onClose(why);
    });
    socket.on("data", (chunk: Buffer) => {
      this.#listener.onAlive();
      reader.push(chunk);
    });
    if (head.length > 0) reader.push(head);
    const frames = STREAMS.map(({ stream, kind }, index) =>
      openStreamFrame(stream, { streamtype: kind }, index === 0),
    );
    socket.write(Buffer.concat(frames));
  }

  async #write(parts: Uint8Array[]): Promise<void> {
    const socket = this.#socket;
    if (!socket) throw new Error("The connection is not open.");
    const isFull = socket.writableLength > SEND_BUFFER_BYTES;
    await new Promise<void>((resolve, reject) => {
      socket.cork();
      for (const [index, part] of parts.entries()) {
        socket.write(part, (error) => {
          if (error) reject(error);
          if (index < parts.length - 1) return;
          this.#listener.onAlive();
          if (isFull) resolve();
        });
      }
      socket.uncork();
      if (!isFull) resolve();
    });
  }
}

async function refusal(response: IncomingMessage): Promise<Error> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  const status = response.statusCode ?? 0;
  // What says no to any upgrade, or is none of Kubernetes' answers to this one.
  if (status < 400 || [400, 405, 426, 501, 502, 504].includes(status)) {
    return new NoSpdyError(`The answer to SPDY is ${status}: ${text.slice(0, 200)}`);
  }
  return failureFromBody(status, text, response.headers);
}
