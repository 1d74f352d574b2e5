import { Readable } from "node:stream";
import busboy from "busboy";
import { AppError } from "#lib/core/app-error.ts";
import { bodyChunks, contentLength, cutOff } from "./body.ts";

/** Takes the parts of a form one after the other, in the order in which they arrive. */
export interface FormReader {
  field(name: string, value: string): void;
  /** Must read `body` to its end or destroy it; `fileName` is null when the part has none. */
  file(name: string, fileName: string | null, body: Readable): Promise<void>;
}

const FORM = /^(multipart\/form-data|application\/x-www-form-urlencoded)\b/i;
const MAX_FIELD_BYTES = 1024 * 1024;
/** Of all fields together, which are held in memory. */
const MAX_FIELDS_BYTES = 16 * 1024 * 1024;
const MAX_PARTS = 1000;

/**
 * Streams a form (multipart or URL-encoded) to its reader; a request without a body is an empty one.
 * Nothing of a file is held in memory.
 * @throws AppError when the form is malformed, cut off or beyond a limit, and what the reader throws
 */
export async function readForm(request: Request, reader: FormReader): Promise<void> {
  const type = request.headers.get("content-type");
  if (request.body === null || contentLength(request) === 0) return;
  if (type === null && (await isEmpty(request))) return;
  if (type === null || !FORM.test(type)) {
    throw new AppError(
      "malformed",
      `The inputs must be sent as multipart/form-data, not as ${type ?? "a body without a type"}.`,
    );
  }
  const parser = openParser(type);
  const source = Readable.from(counted(request), { objectMode: false });
  const failure = Promise.withResolvers<never>();
  const files: Promise<void>[] = [];
  const fail = (error: unknown): void => failure.reject(toRefusal(error));
  let fieldBytes = 0;
  parser.on("field", (name, value, info) => {
    if (info.valueTruncated || info.nameTruncated) return fail(fieldTooLarge(name));
    fieldBytes += name.length + value.length;
    if (fieldBytes > MAX_FIELDS_BYTES) return fail(fieldsTooLarge());
    reader.field(name, value);
  });
  parser.on("file", (name, body, info) => {
    // A body that breaks off is reported by whoever reads it; without a listener it would be fatal.
    body.on("error", () => undefined);
    const taken = reader.file(name, info.filename || null, body);
    taken.catch(fail);
    files.push(taken);
  });
  parser.on("partsLimit", () => fail(tooMany()));
  // The parts of a URL-encoded form are fields alone.
  parser.on("fieldsLimit", () => fail(tooMany()));
  parser.on("error", fail);
  source.on("error", fail);
  const ended = new Promise<void>((resolve) => {
    parser.on("close", resolve);
  });
  // A failure after the last await below has nobody left to hear it.
  failure.promise.catch(() => undefined);
  source.pipe(parser);
  try {
    await Promise.race([ended, failure.promise]);
    await Promise.race([Promise.all(files), failure.promise]);
  } catch (error) {
    source.destroy();
    parser.destroy();
    // What a file's reader has begun, it undoes, before the caller hears of the failure.
    await Promise.allSettled(files);
    throw error;
  }
}

/** A request without a length may have no body all the same: only reading it tells. */
async function isEmpty(request: Request): Promise<boolean> {
  for await (const chunk of bodyChunks(request)) if (chunk.byteLength > 0) return false;
  return true;
}

function openParser(type: string): busboy.Busboy {
  try {
    return busboy({
      headers: { "content-type": type },
      defParamCharset: "utf8",
      preservePath: true,
      limits: {
        fieldSize: MAX_FIELD_BYTES,
        parts: MAX_PARTS,
        fields: MAX_PARTS,
        fieldNameSize: 1000,
      },
    });
  } catch (error) {
    throw toRefusal(error);
  }
}

/** A body that ends early ends in an error: the server may close a cut one as if it were whole. */
async function* counted(request: Request): AsyncGenerator<Uint8Array> {
  const announced = contentLength(request);
  let size = 0;
  for await (const chunk of bodyChunks(request)) {
    size += chunk.byteLength;
    yield chunk;
  }
  if (announced !== null && size !== announced) throw cutOff(size, announced);
}

function fieldTooLarge(name: string): AppError {
  return new AppError(
    "too-large",
    `The input ${JSON.stringify(name.slice(0, 100))} has more than 1 MiB. Make it an input of type FILE.`,
  );
}

function fieldsTooLarge(): AppError {
  return new AppError(
    "too-large",
    "The inputs have more than 16 MiB together. Make the large ones inputs of type FILE.",
  );
}

function tooMany(): AppError {
  return new AppError("too-large", `A form may have at most ${MAX_PARTS} inputs.`);
}

/** The parser's own errors are about the sender's bytes. */
function toRefusal(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new AppError(
    "malformed",
    `The form could not be read (${reason}). Nothing was kept; send it again.`,
    { cause: error },
  );
}
