import { createHash } from "node:crypto";
import type { InputFile } from "../contract.ts";
import type { ExecSession } from "./exec.ts";
import { changedFile, damagedFiles, NotTakenError, refusedFiles } from "./input-file-errors.ts";
import { WORKING_DIR } from "./files-volume.ts";
import { CONTROL_DIR } from "./pod-spec.ts";

const MEBIBYTE = 1024 * 1024;
const PIECE_MEBIBYTES = 32;
export const PIECE_BYTES = PIECE_MEBIBYTES * MEBIBYTE;
const SHA256_DIGITS = 64;

/**
 * Takes pieces of one file from stdin, each behind a line `PIECE MEBIBYTES MARKS`, until a line that
 * begins with `end`. A piece of 0 mebibytes is there already. Tells each piece that is on the disk,
 * and behind `end` the SHA-256 of the whole file, reckoned piece by piece while more comes. A
 * `dd` of a connection that broke unseen must not write what it still holds. What it cannot do it says
 * behind `failed`, and goes on reading: where a command ends whose input still comes, the connection
 * breaks before its last words are heard. Nothing but the file and marks is written: the disk may be
 * full.
 */
const TAKE_PIECES = [
  "umask 0",
  'cd "$1" || exit 1',
  'control=$2; file="./$3"; writer="$control/writer"; turns="$control/turns.$$"',
  'if [ -e "$writer" ]; then kill -9 "$(cat "$writer")" 2> /dev/null; fi',
  "exec 3<&0",
  String.raw`fail() { printf 'failed %s\n' "$1"; cat <&3 > /dev/null; exit 1; }`,
  'case $3 in */*) told=$(mkdir -p "${file%/*}" 2>&1) || fail "$told" ;; esac',
  'told=$({ : >> "$file"; } 2>&1) || fail "$told"',
  'if [ "$4" = executable ]; then told=$(chmod 777 "$file" 2>&1) || fail "$told"; fi',
  'told=$(mkfifo "$turns" 2>&1) || fail "$told"',
  `bytes() { dd if="$file" bs=${MEBIBYTE} skip=$(($1 * ${PIECE_MEBIBYTES})) count=${PIECE_MEBIBYTES} 2> /dev/null; }`,
  '{ while read -r turn; do bytes "$turn"; done | sha256sum; } < "$turns" &',
  "hasher=$!",
  'exec 4> "$turns"',
  'rm -f "$turns"',
  "ready=",
  "while read -r piece blocks marks; do",
  'for mark in $marks; do : > "$control/$mark"; done',
  '[ "$piece" = end ] && break',
  'if [ -n "$ready" ]; then echo "$ready" >&4; fi',
  'if [ "$blocks" != 0 ]; then',
  `told=$(dd of="$file" bs=${MEBIBYTE} seek=$((piece * ${PIECE_MEBIBYTES})) count="$blocks" conv=notrunc iflag=fullblock <&3 4>&- 2>&1 & echo $! > "$writer"; wait $!) || fail "$told"`,
  // Of a connection that broke it may have had less: `31+1 records in`.
  '[ "${told%% *}" = "$blocks+0" ] || exit 1',
  'echo "$piece"',
  "fi",
  "ready=$piece",
  "done",
  '[ "$piece" = end ] || exit 1',
  'rm -f "$writer"',
  // The last piece came in whole mebibytes.
  'told=$(dd of="$file" bs=1 seek="$5" count=0 2>&1) || fail "$told"',
  'if [ -n "$ready" ]; then echo "$ready" >&4; fi',
  "echo end; exec 4>&-",
  'wait "$hasher"',
].join("\n");

export function takePiecesCommand(file: InputFile): string[] {
  const { path, size, isExecutable } = file;
  const mode = isExecutable ? "executable" : "plain";
  return ["sh", "-c", TAKE_PIECES, "podflow", WORKING_DIR, CONTROL_DIR, path, mode, String(size)];
}

/** What is known of the pieces of one file, over all connections. */
export interface Pieces {
  /** Names of pieces that are in the pod. */
  there: Set<string>;
  /** Those that have a mark in the pod, so that another worker finds them. */
  marked: Set<string>;
  /** Those of a file that was not whole, whatever their marks say, until they have come anew. */
  damaged: Set<string>;
}

/** Sends one large file in pieces, and has the pod compare the whole. */
export class LargeFile {
  readonly #file: InputFile;
  readonly #name: string;
  readonly #pieces: Pieces;
  readonly #onSent: (bytes: number) => void;

  /** @param pieces gets each piece when the pod has it */
  constructor(
    file: InputFile,
    { name, pieces }: { name: string; pieces: Pieces },
    onSent: (bytes: number) => void,
  ) {
    this.#file = file;
    this.#name = name;
    this.#pieces = pieces;
    this.#onSent = onSent;
  }

  /** What `takePiecesCommand` reads. @throws RunnerError when the file has another size than it had */
  async *pieces(): AsyncIterable<Uint8Array> {
    const file = this.#file;
    let at = 0;
    for await (const chunk of file.open()) {
      // The contract's streams are of bytes.
      const bytes = chunk as Uint8Array;
      if (at + bytes.length > file.size) throw changedFile(file);
      for (let from = 0; from < bytes.length;) {
        const piece = Math.floor(at / PIECE_BYTES);
        const isThere = this.#has(piece);
        if (at % PIECE_BYTES === 0)
          yield this.#header(piece, isThere ? 0 : this.#mebibytesOf(piece));
        const part = bytes.subarray(from, from + PIECE_BYTES - (at % PIECE_BYTES));
        from += part.length;
        at += part.length;
        this.#onSent(part.length);
        if (!isThere) yield part;
        if (!isThere && at === file.size) {
          yield new Uint8Array((MEBIBYTE - (at % MEBIBYTE)) % MEBIBYTE);
        }
      }
    }
    if (at !== file.size) throw changedFile(file);
    yield this.#header("end", 0);
  }

  /**
   * Reads what the pod tells.
   * @throws RunnerError when the stored file is not what it was or the pod cannot take it, Error when
   * it arrived damaged: then no piece counts as being there
   */
  async compare(session: ExecSession): Promise<void> {
    let text = "";
    let isWhole = false;
    let told: string | undefined;
    for await (const chunk of session.stdout) {
      const lines = (text + String(chunk)).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) {
        const [word = ""] = line.split(" ");
        if (word === "failed") throw stoppedBy(line.slice(word.length).trim());
        if (word === "end") isWhole = true;
        else if (word.length < SHA256_DIGITS) this.#isThere(this.#nameOf(Number(word)));
        // Of a connection that broke it is that of what came.
        else if (isWhole) told = word;
      }
    }
    if (told === this.#file.sha256) return;
    if (told === undefined) throw new Error("The pod told no checksum.");
    const count = Math.ceil(this.#file.size / PIECE_BYTES);
    for (let piece = 0; piece < count; piece += 1) {
      this.#pieces.there.delete(this.#nameOf(piece));
      this.#pieces.damaged.add(this.#nameOf(piece));
    }
    if ((await sha256Of(this.#file)) !== this.#file.sha256) throw changedFile(this.#file);
    throw damagedFiles(told, this.#file.sha256);
  }

  #isThere(name: string): void {
    this.#pieces.there.add(name);
    this.#pieces.damaged.delete(name);
  }

  #header(piece: number | "end", mebibytes: number): Uint8Array {
    const { there, marked } = this.#pieces;
    const marks = [...there].filter((name) => !marked.has(name));
    for (const name of marks) marked.add(name);
    return Buffer.from(`${piece} ${mebibytes} ${marks.join(" ")}\n`);
  }

  #mebibytesOf(piece: number): number {
    const left = this.#file.size - piece * PIECE_BYTES;
    return Math.ceil(Math.min(left, PIECE_BYTES) / MEBIBYTE);
  }

  #has(piece: number): boolean {
    return this.#pieces.there.has(this.#nameOf(piece));
  }

  #nameOf(piece: number): string {
    return `${this.#name}-${piece}`;
  }
}

/** Without words it was killed, as another connection does. */
function stoppedBy(words: string): Error {
  return words === "" ? new NotTakenError("It stopped taking the file.") : refusedFiles(words);
}

async function sha256Of(file: InputFile): Promise<string> {
  const hash = createHash("sha256");
  // The contract's streams are of bytes.
  for await (const chunk of file.open()) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
