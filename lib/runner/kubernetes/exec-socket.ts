import type { Login } from "./login.ts";
import type { Socket } from "node:net";

/** The first byte of each message, pkg k8s.io/apimachinery/pkg/util/remotecommand. */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 };
/** What may be on its way to the server before the source has to wait. */
export const SEND_BUFFER_BYTES = 1024 * 1024;
export const OPEN_MS = 20_000;

/** Where to connect to, and as whom. */
export interface ExecAddress {
  /** By `http:` or `https:`. */
  url: string;
  login: Login;
  /** A connection to the server that is to be used, when there is a proxy on the way. */
  tunnel: Socket | null;
}

/** Told by a socket; after `onClose` nothing more. */
export interface ExecListener {
  onMessage: (channel: number, body: Buffer) => void;
  /** Something came from the server, or went there. */
  onAlive: () => void;
  onClose: (why: string) => void;
}

/** A connection to a command in a container. */
export interface ExecSocket {
  /** Rejects with an ApiFailure when the server refuses, else with what broke. */
  readonly opened: Promise<void>;
  /** Whether the end of stdin can be told. */
  readonly closesStdin: boolean;
  readonly isOpen: boolean;
  /** Resolves when more may be sent. The bytes must stay as they are. */
  send(bytes: Uint8Array): Promise<void>;
  endStdin(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Makes the other side say something. */
  ping(): void;
  close(): void;
  terminate(): void;
}
