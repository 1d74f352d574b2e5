import type { OpenedFile } from "#lib/executions/read-files.ts";
import { attachmentHeader } from "./file-name.ts";
import { pulledStream } from "./pulled-stream.ts";
import { rangeOf } from "./range.ts";

/** A file, or the part of it that is asked for, as an attachment: no browser shows it as a page. */
export function fileResponse(request: Request, file: OpenedFile): Response {
  const etag = `"${file.sha256}"`;
  const headers: Record<string, string> = {
    "content-type": "application/octet-stream",
    "content-disposition": attachmentHeader(file.name),
    "accept-ranges": "bytes",
    "cache-control": "private, no-transform",
    etag,
  };
  const wanted = request.headers.get("if-range") ?? etag;
  const range = wanted === etag ? rangeOf(request.headers.get("range"), file.size) : null;
  if (range === "unsatisfiable") {
    headers["content-range"] = `bytes */${file.size}`;
    return new Response(null, { status: 416, headers });
  }
  if (range === null) {
    headers["content-length"] = String(file.size);
    return new Response(file.size === 0 ? null : pulledStream(() => file.open()), { headers });
  }
  headers["content-length"] = String(range.last - range.first + 1);
  headers["content-range"] = `bytes ${range.first}-${range.last}/${file.size}`;
  return new Response(
    pulledStream(() => file.open(range)),
    { status: 206, headers },
  );
}
