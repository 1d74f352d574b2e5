import { AppError } from "#lib/core/app-error.ts";
import { bytesText } from "./bytes-text.ts";

/** What a request's body may be, and how its limit is called when it is broken. */
export interface BodyLimit {
  /** "a flow", as the subject of a sentence. */
  what: string;
  maxBytes: number;
}

/**
 * A request's body as text.
 * @throws AppError too-large, before the body is read where its length is announced; malformed when
 * it is cut off or not UTF-8
 */
export async function readText(request: Request, limit: BodyLimit): Promise<string> {
  const announced = contentLength(request);
  if (announced !== null && announced > limit.maxBytes) {
    throw tooLarge(limit, bytesText(announced));
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyChunks(request)) {
    size += chunk.byteLength;
    if (size > limit.maxBytes) throw tooLarge(limit, "more");
    chunks.push(chunk);
  }
  if (announced !== null && size !== announced) throw cutOff(size, announced);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new AppError("malformed", "The body is not UTF-8 text. Save it as UTF-8 and try again.", {
      cause,
    });
  }
}

/** The chunks of a body, none when there is no body. */
export async function* bodyChunks(request: Request): AsyncGenerator<Uint8Array> {
  if (request.body === null) return;
  const reader = request.body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** The length that the sender has announced; null when it did not. */
export function contentLength(request: Request): number | null {
  const text = request.headers.get("content-length");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** The sender said `announced` bytes and stopped earlier. */
export function cutOff(received: number, announced: number): AppError {
  return new AppError(
    "malformed",
    `The transfer was cut off: ${received} of ${announced} bytes arrived. Nothing was kept; send it again.`,
  );
}

function tooLarge({ what, maxBytes }: BodyLimit, size: string): AppError {
  const subject = `${what.charAt(0).toUpperCase()}${what.slice(1)}`;
  return new AppError(
    "too-large",
    `${subject} may have at most ${bytesText(maxBytes)}; this one has ${size}.`,
  );
}
