import { AppError } from "#lib/core/app-error.ts";

/** Most file systems take 255 bytes for one name. */
const MAX_BYTES = 255;

/**
 * The name under which an uploaded file is kept: Unicode composed (NFC), so that the same name typed
 * on two systems is the same. A name is one name, never a path.
 * @throws AppError that says what is wrong with it
 */
export function checkFileName(name: string): string {
  const normal = name.normalize("NFC");
  const problem = problemOf(normal);
  if (problem === null) return normal;
  throw new AppError(
    "invalid",
    `The file name ${JSON.stringify(shortened(normal))} cannot be used: ${problem}. Rename the file and upload it again.`,
  );
}

function problemOf(name: string): string | null {
  if (name === "") return "it is empty";
  if (name === "." || name === "..") return "it is not the name of a file";
  if (/[/\\]/.test(name)) return "a name may not contain / or \\";
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\u0000-\u001f\u007f]/.test(name)) return "it contains a control character";
  if (!name.isWellFormed()) return "it is not valid Unicode";
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_BYTES) return `it has ${bytes} bytes, and at most ${MAX_BYTES} are possible`;
  return null;
}

function shortened(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name;
}

/** The `Content-Disposition` of a download: a plain name for old clients, the exact one beside it (RFC 6266, RFC 5987). */
export function attachmentHeader(name: string): string {
  const base = name.split("/").at(-1) ?? "";
  const plain = base.replaceAll(/[^\x20-\x7e]|["\\%]/g, "_") || "file";
  const exact = encodeURIComponent(base.toWellFormed()).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
