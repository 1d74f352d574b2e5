import type { Failure } from "#lib/core/failure.ts";

const MASK = "********";
const MASK_BYTES = Buffer.from(MASK);
/** Shorter values would make a log unreadable and are no secrets. */
const MIN_CHARACTERS = 3;
const MIN_LINE_CHARACTERS = 8;

/** The secrets that expressions have read; takes them out of all that is stored of what they made. */
export class Masks {
  readonly #texts: string[] = [];
  #bytes: Buffer[] = [];

  /** A log has lines, so each line of a long secret is one. */
  add(secret: string): void {
    const lines = secret.split(/\r?\n/).filter((line) => line.length >= MIN_LINE_CHARACTERS);
    for (const text of [secret, ...lines]) {
      if (text.length < MIN_CHARACTERS || this.#texts.includes(text)) continue;
      this.#texts.push(text);
    }
    // The longest first: one secret may be a part of another.
    this.#texts.sort((left, right) => right.length - left.length);
    this.#bytes = this.#texts.map((text) => Buffer.from(text));
  }

  text(text: string): string {
    return this.#texts.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
  }

  bytes(bytes: Uint8Array): Uint8Array {
    let masked = bytes;
    for (const secret of this.#bytes) {
      const buffer = Buffer.from(masked.buffer, masked.byteOffset, masked.length);
      if (buffer.includes(secret)) masked = replaced(buffer, secret);
    }
    return masked;
  }

  /**
   * A piece of a longer text. A secret that was cut in two is masked at the end of the one piece, and is
   * not in the other.
   * @param before what is printed before it, and `after` behind it: as much of it as secrets have at most
   */
  piece(bytes: Uint8Array, { before, after }: Record<"before" | "after", Uint8Array>): Uint8Array {
    const begin = this.#cut(before, bytes).right;
    const { left } = this.#cut(bytes, after);
    const end = Math.max(begin, bytes.length - left);
    const masked = this.bytes(bytes.subarray(begin, end));
    return left === 0 ? masked : Buffer.concat([masked, MASK_BYTES]);
  }

  /** With how many bytes of a secret `left` ends, and `right`, which follows, begins. */
  #cut(left: Uint8Array, right: Uint8Array): { left: number; right: number } {
    const found = { left: 0, right: 0 };
    for (const secret of this.#bytes) {
      const reach = secret.length - 1;
      const end = left.subarray(Math.max(0, left.length - reach));
      // Each one in here is in both, for neither is as long as the secret.
      const near = Buffer.concat([end, right.subarray(0, reach)]);
      const [first, last] = [near.indexOf(secret), near.lastIndexOf(secret)];
      if (first === -1) continue;
      found.left = Math.max(found.left, end.length - first);
      found.right = Math.max(found.right, last + secret.length - end.length);
    }
    return found;
  }

  /** What people read of a failure, or of a reason to wait. */
  texts<T extends Pick<Failure, "message" | "remedy" | "evidence">>(told: T): T {
    return {
      ...told,
      message: this.text(told.message),
      remedy: this.text(told.remedy),
      evidence: this.text(told.evidence),
    };
  }

  /** A JSON value with every text in it masked. */
  deep(value: unknown): unknown {
    if (this.#texts.length === 0) return value;
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.deep(item));
    if (typeof value !== "object" || value === null || value instanceof Date) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.text(key), this.deep(item)]),
    );
  }
}

function replaced(bytes: Buffer, secret: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (let found = bytes.indexOf(secret); found !== -1; found = bytes.indexOf(secret, at)) {
    parts.push(bytes.subarray(at, found), MASK_BYTES);
    at = found + secret.length;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}
