import type { Readable } from "node:stream";

/** What was kept of a stream of bytes. */
export interface StoredBytes {
  /** Where they are; letters and digits. */
  key: string;
  size: number;
  /** Hexadecimal SHA-256. */
  sha256: string;
}

/** Bytes, both ends included. */
export interface ByteRange {
  first: number;
  last: number;
}

/** Where the bytes of artifacts are kept. Two writers never meet: every put has a key of its own. */
export interface ArtifactStore {
  /**
   * Keeps the bytes, all or none: what breaks off leaves nothing.
   * @param sha256 of the body, asked at its end, where its giver hashes it already
   * @throws StorageError `too-large` after `maxBytes`, `full` or `failed` by the disk's fault
   */
  put(
    body: AsyncIterable<Uint8Array>,
    maxBytes: number,
    sha256?: () => string,
  ): Promise<StoredBytes>;
  /** Opens the bytes; an error, also that there are none, comes out of the stream. */
  open(key: string, range?: ByteRange): Readable;
  /** Forgets the bytes; fine when there are none. */
  delete(key: string): Promise<void>;
  /** Keys of bytes that were put before this moment, and forgets what puts left half done before it. */
  keysBefore(moment: Date): AsyncIterable<string>;
}

/** The store cannot keep or give the bytes. `message` says so to a person. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly reason: "too-large" | "full" | "failed";

  constructor(reason: StorageError["reason"], message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}
