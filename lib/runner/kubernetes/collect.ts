import { setTimeout as pause } from "node:timers/promises";
import {
  type CollectedFile,
  type FileEntry,
  type OutputFile,
  type RefusedFile,
  type RunHandle,
  RunnerError,
} from "../contract.ts";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";
import {
  DamagedError,
  type FetchedFile,
  FileSession,
  type Listing,
  pathOf,
  UnlistableError,
} from "./file-session.ts";
import { absenceOf, execInHelper, type HelperTools } from "./helper-exec.ts";
import { HELPER } from "./pod.ts";

const TRIES = 4;
/** After a cut or damage, so much is fetched again at most, or one larger file. */
const GROUP_BYTES = 256 * 1024 * 1024;

/** Which files, and which of them are had whole. */
interface Wish {
  listing: Listing;
  wanted: Set<string>;
  collected: Map<string, CollectedFile>;
  /** Whether a program was seen to write them still. */
  mayChange: boolean;
}

interface Collection {
  tools: HelperTools;
  handle: RunHandle;
  receive: (file: OutputFile) => Promise<void>;
  /** A session that was opened beforehand, for the first use. */
  ready: FileSession | null;
  signal: AbortSignal;
}

/**
 * Lists the files, lets `choose` pick, and streams those to `receive`.
 * @throws RunnerError of kind `output-files`, or what `choose` and `receive` throw
 */
export async function collectFiles(
  collection: Collection,
  choose: (files: FileEntry[], refused: RefusedFile[]) => string[],
): Promise<CollectedFile[]> {
  const onAbort = (): void => collection.ready?.close();
  collection.signal.addEventListener("abort", onAbort, { once: true });
  const sessions = new Sessions(collection);
  try {
    const { listing, session } = await persist(collection, async () => {
      const opened = await sessions.next();
      return { listing: await opened.list(), session: opened };
    });
    sessions.giveBack(session);
    const entries = [...listing.files.values()].map(({ leadsTo: _leadsTo, ...entry }) => entry);
    const wanted = new Set(choose(entries, listing.refused));
    const collected = new Map<string, CollectedFile>();
    const wish: Wish = { listing, wanted, collected, mayChange: false };
    // Of names that share their bytes, links hard or symbolic, each way through brings one.
    while (collected.size < wanted.size) {
      const before = collected.size;
      await persist(collection, () => bring(collection, sessions, wish));
      const missing = [...wanted].find((path) => !collected.has(path));
      if (missing !== undefined && collected.size === before) throw vanished(missing);
    }
    return [...wanted].flatMap((path) => collected.get(path) ?? []);
  } finally {
    collection.signal.removeEventListener("abort", onAbort);
    sessions.close();
  }
}

/** Gives a session for each use: the one that is there, or a new one. */
class Sessions {
  readonly #collection: Collection;
  #ready: FileSession | null;
  #listed: FileSession | null = null;

  constructor(collection: Collection) {
    this.#collection = collection;
    this.#ready = collection.ready;
  }

  /** One that has not listed yet. */
  async next(): Promise<FileSession> {
    const ready = this.#ready;
    this.#ready = null;
    if (ready?.isOpen) return ready;
    const { tools, handle, signal } = this.#collection;
    const session = await FileSession.open((command) =>
      execInHelper(tools, handle, { container: HELPER, command, signal }),
    );
    if (!session) {
      throw unreadable(absenceOf(tools.watch.get(handle.name), HELPER));
    }
    return session;
  }

  giveBack(session: FileSession): void {
    this.#listed = session;
  }

  /** One that has listed and fetches next. */
  async fetching(): Promise<FileSession> {
    const listed = this.#listed;
    this.#listed = null;
    if (listed?.isOpen) return listed;
    const session = await this.next();
    await session.list();
    return session;
  }

  close(): void {
    this.#ready?.close();
    this.#listed?.close();
  }
}

/** Tries again when the connection breaks; what has been received stays. */
async function persist<T>({ tools, signal }: Collection, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ReceiverError) throw error.cause;
      if (error instanceof RunnerError) throw error;
      if (error instanceof UnlistableError) throw unreadable(error.message);
      const failure = runnerErrorFrom(error, tools.api.access.server, "give out the files");
      if (tries >= TRIES || (error instanceof ApiFailure && !failure.isTransient)) {
        const isDamaged = error instanceof DamagedError;
        throw unreadable(isDamaged ? "They arrived damaged each time." : failure.message, failure);
      }
      await pause(100 * 3 ** tries, undefined, { signal });
    }
  }
}

/** Fetches the next group of the files that are missing. */
async function bring(collection: Collection, sessions: Sessions, wish: Wish): Promise<void> {
  const { mayChange } = wish;
  const asked = nextGroup(wish);
  if (asked.size === 0) return;
  const session = await sessions.fetching();
  const { signal } = collection;
  const onAbort = (): void => session.close();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const received: CollectedFile[] = [];
    for await (const entry of session.fetch([...asked.keys()], { mayChange })) {
      const file = asked.get(pathOf(entry.path));
      if (file) received.push(await receiveOne(collection, entry, file));
    }
    // Only now the checksum has been compared.
    for (const file of received) wish.collected.set(file.path, file);
  } catch (error) {
    if (error instanceof DamagedError) wish.mayChange = true;
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    session.close();
  }
}

/** By the path of the bytes: for which of the wanted files they are. */
function nextGroup({ listing, wanted, collected }: Wish): Map<string, FileEntry> {
  const asked = new Map<string, FileEntry>();
  let bytes = 0;
  for (const path of wanted) {
    if (collected.has(path)) continue;
    const file = listing.files.get(path);
    if (!file) throw new RangeError(`"${path}" is not one of the files that were listed.`);
    if (asked.has(file.leadsTo)) continue;
    if (asked.size > 0 && bytes + file.size > GROUP_BYTES) break;
    asked.set(file.leadsTo, file);
    bytes += file.size;
  }
  return asked;
}

async function receiveOne(
  { receive }: Collection,
  { size, body, sha256 }: FetchedFile,
  { path, isExecutable }: FileEntry,
): Promise<CollectedFile> {
  let broken: unknown = null;
  const chunks = body[Symbol.asyncIterator]();
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    try {
      return await chunks.next();
    } catch (error) {
      broken = error;
      throw error;
    }
  };
  try {
    // Not ended by a reader that stops early: the rest is read for the checksum.
    const whole = { [Symbol.asyncIterator]: () => ({ next }) };
    await receive({ path, size, isExecutable, body: whole, sha256 });
  } catch (error) {
    // A broken connection reaches the receiver through the body, and is not the receiver's fault.
    throw broken ?? new ReceiverError(error);
  }
  while (!(await next()).done);
  return { path, size, isExecutable, sha256: sha256() };
}

/** Carries what `receive` threw past the code that mends connections. */
class ReceiverError extends Error {
  constructor(cause: unknown) {
    super("The receiver failed.", { cause });
  }
}

function unreadable(why: string, cause?: unknown): RunnerError {
  return new RunnerError("output-files", `The output files cannot be fetched. ${why}`, {
    remedy: "Run the task again; when it happens again, look at the pod's node and the network.",
    evidence: cause instanceof RunnerError ? cause.evidence : "",
    fault: "platform",
    isTransient: cause instanceof RunnerError && cause.isTransient,
    cause,
  });
}

function vanished(path: string): RunnerError {
  return new RunnerError(
    "output-files",
    `The file ${path} was there, and then could not be read.`,
    {
      remedy: "A program that still runs removed it, or the helper may not read it.",
      fault: "user",
      isTransient: false,
    },
  );
}
