import { setTimeout as pause } from "node:timers/promises";
import {
  type CollectedFile,
  type FileEntry,
  type FileReceiver,
  type RunHandle,
  RunnerError,
} from "../contract.ts";
import { waitingOf } from "../waiting-of.ts";
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

/** How often files may arrive damaged. */
const TRIES = 4;
/** An API server that is away is waited for: the pod keeps the files meanwhile. */
const PATIENCE_MS = 10 * 60_000;
const LONGEST_PAUSE_MS = 3_000;
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
  receiver: FileReceiver;
  /** A session that was opened beforehand, for the first use. */
  ready: FileSession | null;
  signal: AbortSignal;
}

/**
 * Lists the files, and streams those that are chosen.
 * @throws RunnerError of kind `output-files`, or what the receiver throws
 */
export async function collectFiles(collection: Collection): Promise<CollectedFile[]> {
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
    const wanted = new Set(collection.receiver.choose(entries, listing.refused));
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
    const { tools, handle, signal, receiver } = this.#collection;
    const session = await FileSession.open((command) =>
      execInHelper(tools, handle, {
        container: HELPER,
        command,
        signal,
        patience: { limitMs: PATIENCE_MS, onWait: (waiting) => receiver.onWait?.(waiting) },
      }),
    );
    if (!session) {
      throw unreadable(absenceOf(tools.watch.get(handle.name), HELPER, tools.api.now()));
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

/**
 * Tries again when the connection breaks, as long as the pod may still be spoken to; what has been
 * received stays.
 */
async function persist<T>(collection: Collection, work: () => Promise<T>): Promise<T> {
  const { tools, signal, receiver } = collection;
  const giveUpAt = performance.now() + PATIENCE_MS;
  let damages = 0;
  for (let tries = 1; ; tries += 1) {
    try {
      const result = await work();
      if (tries > 1) receiver.onWait?.(null);
      return result;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ReceiverError) throw error.cause;
      if (error instanceof RunnerError) throw error;
      if (error instanceof UnlistableError) throw unlistable(error);
      if (error instanceof DamagedError) damages += 1;
      if (damages >= TRIES) throw unreadable("They arrived damaged each time.");
      const failure = runnerErrorFrom(error, tools.api.access.server, "give out the files");
      const isRefused = error instanceof ApiFailure && !failure.isTransient;
      if (isRefused || performance.now() > giveUpAt) throw unreadable(failure.message, failure);
      if (tries > 1) receiver.onWait?.(waitingOf(failure));
      await pause(Math.min(100 * 3 ** tries, LONGEST_PAUSE_MS), undefined, { signal });
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
  { receiver }: Collection,
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
    await receiver.receive({ path, size, isExecutable, body: whole, sha256 });
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
    isTransient: false,
    cause,
  });
}

function unlistable(error: UnlistableError): RunnerError {
  return new RunnerError(
    "output-files",
    "The output files cannot be fetched, because the helper cannot read the working directory.",
    {
      remedy:
        "Let everybody read the working directory, or let the helper run as the user of the task's container (`fileSidecar.defaultSpec`).",
      evidence: error.message,
      fault: "user",
      isTransient: false,
      cause: error,
    },
  );
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
