import { createHash } from "node:crypto";
import type { InputFile } from "../contract.ts";
import type { ExecSession } from "./exec.ts";
import { changedFile, damagedFiles } from "./inline-files.ts";
import { CONTROL_DIR, WORKING_DIR } from "./pod-spec.ts";

const MEBIBYTE = 1024 * 1024;
const PIECE_MEBIBYTES = 32;
export const PIECE_BYTES = PIECE_MEBIBYTES * MEBIBYTE;

/**
 * Takes pieces of one file from stdin, each behind a line `PIECE MEBIBYTES MARKS`, until a line that
 * begins with `end`. While the next one comes, the SHA-256 of what is on the disk is told:
 * `PIECE SHA-256`. A `dd` of a connection that broke unseen must not write what it still holds.
 */
const TAKE_PIECES = [
  "umask 0",
  'cd "$1" || exit 1',
  'control=$2; file="./$3"; writer="$control/writer"',
  'if [ -e "$writer" ]; then kill -9 "$(cat "$writer")" 2> /dev/null; fi',
  'case $3 in */*) mkdir -p "${file%/*}" || exit 1 ;; esac',
  ': >> "$file" || exit 1',
  'if [ "$4" = executable ]; then chmod 777 "$file" || exit 1; fi',
  "exec 3<&0",
  `bytes() { dd if="$file" bs=${MEBIBYTE} skip=$(($1 * ${PIECE_MEBIBYTES})) count="$2" 2> /dev/null; }`,
  String.raw`tell() { printf '%s %s\n' "$1" "$(bytes "$1" "$2" | sha256sum)"; }`,
  "while read -r piece blocks marks; do",
  'for mark in $marks; do : > "$control/$mark"; done',
  '[ "$piece" = end ] && break',
  `dd of="$file" bs=${MEBIBYTE} seek=$((piece * ${PIECE_MEBIBYTES})) count="$blocks" conv=notrunc iflag=fullblock <&3 &`,
  'echo $! > "$writer"; wait $! || exit 1',
  "wait",
  'tell "$piece" "$blocks" &',
  "done",
  "wait",
  '[ "$piece" = end ] || exit 1',
  'rm -f "$writer"',
  // The last piece came in whole mebibytes.
  'dd of="$file" bs=1 seek="$5" count=0',
].join("\n");

export function takePiecesCommand(file: InputFile): string[] {
  const { path, size, isExecutable } = file;
  const mode = isExecutable ? "executable" : "plain";
  return ["sh", "-c", TAKE_PIECES, "podflow", WORKING_DIR, CONTROL_DIR, path, mode, String(size)];
}

/** Sends one large file in pieces that are compared one by one while the next is on its way. */
export class LargeFile {
  readonly #file: InputFile;
  readonly #name: string;
  /** Names of pieces that are in the pod, whole. */
  readonly #verified: Set<string>;
  readonly #expected = new Map<number, string>();
  readonly #isMarked = new Set<string>();
  readonly #onSent: (bytes: number) => void;

  /** @param verified gets each piece when its checksum has been compared */
  constructor(
    file: InputFile,
    { name, verified, marked }: { name: string; verified: Set<string>; marked: Set<string> },
    onSent: (bytes: number) => void,
  ) {
    this.#file = file;
    this.#name = name;
    this.#verified = verified;
    this.#isMarked = marked;
    this.#onSent = onSent;
  }

  /** What `takePiecesCommand` reads. @throws RunnerError when the file is not what it was */
  async *pieces(): AsyncIterable<Uint8Array> {
    const file = this.#file;
    const whole = createHash("sha256");
    let hash = createHash("sha256");
    let at = 0;
    for await (const chunk of file.open()) {
      // The contract's streams are of bytes.
      const bytes = chunk as Uint8Array;
      if (at + bytes.length > file.size) throw changedFile(file);
      whole.update(bytes);
      for (let from = 0; from < bytes.length;) {
        const piece = Math.floor(at / PIECE_BYTES);
        const isBeginning = at % PIECE_BYTES === 0;
        const part = bytes.subarray(from, from + PIECE_BYTES - (at % PIECE_BYTES));
        from += part.length;
        at += part.length;
        this.#onSent(part.length);
        if (this.#has(piece)) continue;
        if (isBeginning) yield this.#header(String(piece), this.#mebibytesOf(piece));
        hash.update(part);
        if (at % PIECE_BYTES !== 0 && at < file.size) {
          yield part;
          continue;
        }
        const padding = new Uint8Array((MEBIBYTE - (at % MEBIBYTE)) % MEBIBYTE);
        // Before the last of it can be answered.
        this.#expected.set(piece, hash.update(padding).digest("hex"));
        hash = createHash("sha256");
        yield part;
        yield padding;
      }
    }
    if (at !== file.size || whole.digest("hex") !== file.sha256) throw changedFile(file);
    yield this.#header("end", 0);
  }

  /** Compares what the pod tells. @throws Error when a piece arrived damaged, or was not told of */
  async compare(session: ExecSession): Promise<void> {
    let text = "";
    for await (const chunk of session.stdout) {
      const lines = (text + String(chunk)).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) this.#compareOne(line);
    }
    const count = Math.ceil(this.#file.size / PIECE_BYTES);
    for (let piece = 0; piece < count; piece += 1) {
      if (!this.#has(piece)) throw new Error(`Piece ${piece} did not arrive.`);
    }
  }

  #compareOne(line: string): void {
    const [piece = "", told = ""] = line.split(" ");
    const expected = this.#expected.get(Number(piece));
    if (told !== expected) throw damagedFiles(told, expected);
    this.#verified.add(this.#nameOf(Number(piece)));
  }

  #header(piece: string, mebibytes: number): Uint8Array {
    const marks = [...this.#verified].filter((name) => !this.#isMarked.has(name));
    for (const name of marks) this.#isMarked.add(name);
    return Buffer.from(`${piece} ${mebibytes} ${marks.join(" ")}\n`);
  }

  #mebibytesOf(piece: number): number {
    const left = this.#file.size - piece * PIECE_BYTES;
    return Math.ceil(Math.min(left, PIECE_BYTES) / MEBIBYTE);
  }

  #has(piece: number): boolean {
    return this.#verified.has(this.#nameOf(piece));
  }

  #nameOf(piece: number): string {
    return `${this.#name}-${piece}`;
  }
}
