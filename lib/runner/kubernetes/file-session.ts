import { isUtf8 } from "node:buffer";
import { createHash, type Hash, randomBytes } from "node:crypto";
import type { FileEntry, RefusedFile } from "../contract.ts";
import { followLinks, type SymbolicLink } from "../symbolic-links.ts";
import type { ExecSession } from "./exec.ts";
import { WORKING_DIR } from "./files-volume.ts";
import { CONTROL_DIR } from "./pod-spec.ts";
import { type TarEntry, tarEntries } from "./tar-stream.ts";

/**
 * Waits for a word, lists regular files (each as TOKEN MODE SIZE ./PATH: nobody can put the token
 * into a name), links (TOKEN link 0 ./PATH//'./PATH' -> 'TARGET') and, where something failed, folders
 * that may not be listed or entered (TOKEN folder 0 ./PATH), takes the names that are wanted, and gives
 * these files as tar, with the SHA-256 of all that on stderr. The names end after a known number of
 * bytes: older servers cannot close stdin. The hash is that of a second reading at the same time,
 * because busybox's `tee` cuts the stream into pieces of 1 KiB, which costs ten times the rest; only
 * where a file changes meanwhile must the very bytes that are sent be hashed. Of a file that is fetched
 * alone it is the file's own, so that we hash each byte once as well. The names lie in memory while
 * they can: the disk may be full of what the program wrote.
 */
const SCRIPT = [
  // Another status than that of a find that could not do everything.
  `cd "$1" || { read -r go && printf "%s end 2\\n" "$3"; exit; }`,
  "read -r go || exit 0",
  'find . -type f -exec stat -c "$3 %a %s %n" {} + -o -type l -exec stat -c "$3 link 0 %n//%N" {} +',
  "status=$?",
  `[ "$status" = 0 ] || find . -type d -exec sh -c '${tellClosed("$0")}' "$3" {} + 2> /dev/null`,
  'printf "%s end %s\\n" "$3" "$status"',
  "read -r length way || exit 0",
  'place=$2; if [ "$length" -lt 16777216 ] && [ -w /dev/shm ]; then place=/dev/shm; fi',
  'pipe="$place/podflow-$3"; names="$pipe.names"',
  'head -c "$length" > "$names" || exit 1',
  'if [ "$way" = split ]; then',
  'rm -f "$pipe"; mkfifo "$pipe" || exit 1',
  'sha256sum < "$pipe" > "$pipe.sum" &',
  'xargs -0 tar cf - < "$names" | tee "$pipe"',
  'elif [ "$way" = alone ]; then',
  'xargs -0 sha256sum < "$names" 2> /dev/null | head -n 1 > "$pipe.sum" &',
  'xargs -0 tar cf - < "$names"',
  "else",
  'xargs -0 tar cf - < "$names" 2> /dev/null | sha256sum > "$pipe.sum" &',
  'xargs -0 tar cf - < "$names"',
  "fi",
  'wait $!; cat "$pipe.sum" >&2; rm -f "$pipe" "$pipe.sum" "$names"',
].join("\n");

/** Asks the system itself, because rights and capabilities differ, and starts nothing for it. */
function tellClosed(token: string): string {
  const isOpen = '{ [ -e "$folder/." ] && { :; } < "$folder"; }';
  return `for folder; do ${isOpen} || stat -c "${token} folder 0 %n" "$folder"; done`;
}

/** A file as it comes. */
export interface FetchedFile extends TarEntry {
  /** Hexadecimal, of the body, once that has been read to its end. */
  sha256: () => string;
}

/** What is below the working directory. */
export interface Listing {
  /** By path; `leadsTo` differs from it for a link. */
  files: Map<string, FileEntry & { leadsTo: string }>;
  refused: RefusedFile[];
}

/** One conversation with the helper about the files of the working directory. */
export class FileSession {
  readonly #session: ExecSession;
  readonly #token: string;
  readonly #chunks: AsyncIterator<Buffer>;

  constructor(session: ExecSession, token: string) {
    this.#session = session;
    this.#token = token;
    this.#chunks = session.stdout[Symbol.asyncIterator]();
  }

  /** Opens it by `exec`, which runs a command in the helper; null when that has none to run. */
  static async open(
    exec: (command: string[]) => Promise<ExecSession | null>,
  ): Promise<FileSession | null> {
    const token = randomBytes(12).toString("hex");
    const session = await exec(["sh", "-c", SCRIPT, "podflow", WORKING_DIR, CONTROL_DIR, token]);
    return session && new FileSession(session, token);
  }

  get isOpen(): boolean {
    return this.#session.isOpen;
  }

  close(): void {
    this.#session.stdout.destroy();
  }

  /**
   * The files as they are now. Once only.
   * @throws UnlistableError when the working directory itself cannot be read
   */
  async list(): Promise<Listing> {
    await this.#session.write(Buffer.from("go\n"));
    const end = Buffer.from(`${this.#token} end `);
    let bytes = Buffer.alloc(0);
    const chunks: Buffer[] = [];
    for (;;) {
      const next = await this.#chunks.next();
      if (next.done) throw await this.#brokenOff();
      chunks.push(next.value);
      // The mark may be cut in two, and nothing comes after it.
      const tail = Buffer.concat(chunks.slice(-2));
      if (!tail.includes(end) || tail.at(-1) !== 10) continue;
      bytes = Buffer.concat(chunks);
      break;
    }
    const at = bytes.lastIndexOf(end);
    const status = Number(bytes.toString("latin1", at + end.length).trim());
    const listing = listingFrom(bytes.subarray(0, at), this.#token);
    const { stderr } = this.#session;
    const isWhole = status === 0 || (status === 1 && isExplained(listing, stderr));
    if (!isWhole) throw new UnlistableError(stderr.trim());
    return listing;
  }

  /**
   * The files of these paths, after `list`.
   * @param mayChange whether a program still writes them: that takes much longer
   * @throws DamagedError at the end when they did not arrive whole
   */
  async *fetch(paths: string[], { mayChange }: { mayChange: boolean }): AsyncIterable<FetchedFile> {
    const request = Buffer.from(paths.map((path) => `./${path}\0`).join(""));
    const isAlone = !mayChange && paths.length === 1;
    const way = isAlone ? "alone" : mayChange ? "split" : "twice";
    const sending = this.#session
      .write(Buffer.from(`${request.length} ${way}\n`))
      .then(() => this.#session.write(request));
    // When it fails, the connection is broken, and reading fails with the reason.
    sending.catch(() => undefined);
    const whole = createHash("sha256");
    let last: FetchedFile | null = null;
    const source = this.#passed((bytes) => isAlone || whole.update(bytes));
    for await (const entry of tarEntries(source)) {
      last = hashedFile(entry);
      yield last;
    }
    const expected = isAlone ? last?.sha256() : whole.digest("hex");
    const { stderr } = await this.#session.done;
    // GNU's marks a name that it has changed.
    const told = [...stderr.matchAll(/^\\?([0-9a-f]{64}) [ *]/gm)].at(-1)?.[1];
    if (told === undefined || told !== expected) throw new DamagedError(stderr.trim());
  }

  async *#passed(onBytes: (bytes: Buffer) => void): AsyncIterable<Uint8Array> {
    for (;;) {
      const next = await this.#chunks.next();
      if (next.done) return;
      onBytes(next.value);
      yield next.value;
    }
  }

  async #brokenOff(): Promise<Error> {
    const { exitCode, stderr } = await this.#session.done;
    return new Error(`The helper ended with exit code ${exitCode}. ${stderr.trim()}`);
  }
}

function hashedFile(entry: TarEntry): FetchedFile {
  const hash = createHash("sha256");
  let digest: string | null = null;
  return {
    ...entry,
    body: hashed(entry.body, hash),
    sha256: () => (digest ??= hash.digest("hex")),
  };
}

async function* hashed(body: AsyncIterable<Uint8Array>, hash: Hash): AsyncIterable<Uint8Array> {
  for await (const bytes of body) {
    hash.update(bytes);
    yield bytes;
  }
}

/** The bytes are not those that the pod hashed: damaged on the way, or changed meanwhile. */
export class DamagedError extends Error {
  override readonly name = "DamagedError";

  constructor(evidence: string) {
    super(`The files arrived damaged. ${evidence}`);
  }
}

/** The working directory itself cannot be read; trying again does not help. */
export class UnlistableError extends Error {
  override readonly name = "UnlistableError";
}

/** Whether the listing is all that there is to have, though something failed. */
function isExplained({ refused }: Listing, stderr: string): boolean {
  const closed = refused.filter(({ isFolder }) => isFolder);
  if (closed.length > 0) return closed.every(({ path }) => path !== ".");
  // A file may go between find and stat while the program still runs.
  return /No such file/.test(stderr);
}

/** A name may have line ends in it, so a record ends where the next token begins. */
export function listingFrom(bytes: Buffer, token: string): Listing {
  const files: FileEntry[] = [];
  const links: SymbolicLink[] = [];
  const refused: RefusedFile[] = [];
  for (const record of recordsOf(bytes, Buffer.from(`${token} `))) {
    const [mode = "", size = ""] = record.toString("latin1", 0, 40).split(" ", 2);
    const named = record.subarray(mode.length + size.length + 2);
    const isLink = mode === "link";
    const name = isLink ? named.subarray(0, named.indexOf("//")) : named;
    const path = pathOf(name.toString("utf8"));
    if (mode === "folder") {
      refused.push({ path, why: "cannot be read by the helper", isFolder: true });
      continue;
    }
    // Nobody could ask for it by its path.
    if (!isUtf8(name)) refused.push({ path, why: "has a name that is no UTF-8" });
    else if (isLink) links.push({ path, target: targetOf(named, name) });
    else files.push({ path, size: Number(size), isExecutable: isExecutable(mode) });
  }
  const followed = followLinks(links, files, WORKING_DIR);
  const all = [...files.map((file) => ({ ...file, leadsTo: file.path })), ...followed.files];
  return {
    files: new Map(all.map((file) => [file.path, file])),
    refused: [...refused, ...followed.refused],
  };
}

function* recordsOf(bytes: Buffer, mark: Buffer): Generator<Buffer> {
  for (let start = bytes.indexOf(mark); start >= 0;) {
    const next = bytes.indexOf(mark, start + mark.length);
    // Without the line end that stat writes.
    yield bytes.subarray(start + mark.length, (next < 0 ? bytes.length : next) - 1);
    start = next;
  }
}

/** What stands after the link's name and `//`; other forms than busybox's are not understood. */
function targetOf(named: Buffer, name: Buffer): string | null {
  const rest = named.subarray(name.length + 2);
  const before = Buffer.concat([Buffer.from("'"), name, Buffer.from("' -> '")]);
  const isKnown = rest.subarray(0, before.length).equals(before) && rest.at(-1) === 0x27;
  const target = rest.subarray(before.length, -1);
  return isKnown && isUtf8(target) ? target.toString("utf8") : null;
}

/** @param mode octal */
function isExecutable(mode: string): boolean {
  return (Number.parseInt(mode, 8) & 0o111) !== 0;
}

/** A name as find and tar give it, relative to the working directory. */
export function pathOf(name: string): string {
  return name.replace(/^\.\//, "");
}
