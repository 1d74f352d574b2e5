import type { Readable } from "node:stream";
import type { OpenedFile } from "#lib/executions/read-files.ts";
import { parseCsv } from "./csv.ts";

export interface Preview {
  kind: "text" | "json" | "csv" | "image" | "binary";
  text?: string;
  rows?: string[][];
  dataUrl?: string;
  size: number;
  /** Whether the file has more than is shown. */
  isTruncated: boolean;
}

const TEXT_BYTES = 256 * 1024;
const IMAGE_BYTES = 5 * 1024 * 1024;
const MAX_ROWS = 1000;

/** What can be shown of a file without opening it: its beginning, by what its bytes and its name say it is. */
export async function previewFile(file: OpenedFile): Promise<Preview> {
  const { size } = file;
  const head = size === 0 ? Buffer.alloc(0) : await readBytes(file, Math.min(size, TEXT_BYTES));
  const image = imageType(head);
  if (image !== null) {
    if (size > IMAGE_BYTES) return { kind: "binary", size, isTruncated: true };
    const all = size > head.length ? await readBytes(file, size) : head;
    const dataUrl = `data:${image};base64,${all.toString("base64")}`;
    return { kind: "image", dataUrl, size, isTruncated: false };
  }
  const isTruncated = size > head.length;
  const text = textOf(head, isTruncated);
  if (text === null) return { kind: "binary", size, isTruncated: size > 0 };
  const extension = /\.([a-z0-9]+)$/i.exec(file.name)?.[1]?.toLowerCase() ?? "";
  if (extension === "csv" || extension === "tsv") {
    const rows = parseCsv(text, extension === "tsv" ? "\t" : null);
    if (isTruncated) rows.pop();
    const shown = rows.slice(0, MAX_ROWS);
    return {
      kind: "csv",
      rows: shown,
      text,
      size,
      isTruncated: isTruncated || rows.length > MAX_ROWS,
    };
  }
  const isJson = extension === "json" || (!isTruncated && isStructuredJson(text));
  return { kind: isJson ? "json" : "text", text, size, isTruncated };
}

async function readBytes(file: OpenedFile, count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const source: Readable = file.open({ first: 0, last: count - 1 });
  for await (const chunk of source) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** The text of UTF-8 bytes; null when they are none. A character cut at the end is left out. */
function textOf(bytes: Buffer, isCut: boolean): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    // Not UTF-8: shown as binary.
    return null;
  }
}

function isStructuredJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Text that only begins like JSON.
    return false;
  }
}

const MAGIC: [string, string][] = [
  ["image/png", "89504e470d0a1a0a"],
  ["image/jpeg", "ffd8ff"],
  ["image/gif", "47494638"],
];

/** By the bytes, never by the name: what a browser is told is an image is one. */
function imageType(head: Buffer): string | null {
  const hex = head.subarray(0, 12).toString("hex");
  if (/^52494646.{8}57454250/.test(hex)) return "image/webp";
  return MAGIC.find(([, magic]) => hex.startsWith(magic))?.[0] ?? null;
}
