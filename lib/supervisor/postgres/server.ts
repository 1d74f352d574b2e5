import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { findBinaries, isOpenToAll, type PostgresBinaries } from "./binaries.ts";

const START_MS = 120_000;

export interface PostgresServer {
  /** With the password in it: keep it out of logs. */
  url: string;
  port: number;
  process: ChildProcess;
  /** Fast shutdown: open transactions are rolled back, nothing committed is lost. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL on a free loopback port; makes its data folder the first time. A
 * server that a killed supervisor left on the same folder is stopped first.
 * @param folder of the database
 * @param logFile which the server's own log is appended to
 * @param options `extra` settings, e.g. `fsync=off` for tests; `wantedPort` that clients already know
 * @throws Error in a person's words, with the server's last words
 */
export async function startPostgres(
  folder: string,
  logFile: string,
  { extra = [], wantedPort }: { extra?: string[]; wantedPort?: number } = {},
): Promise<PostgresServer> {
  const binaries = findBinaries();
  const user = serverUser();
  const data = join(folder, "data");
  mkdirSync(folder, { recursive: true });
  if (user && !isOpenToAll(dirname(folder))) {
    throw new Error(
      `As root, PostgreSQL runs as the user ${user.name}, who cannot enter ${folder}. Set PODFLOW_DATA to a folder that all users may enter, such as /var/lib/podflow, or set DATABASE_URL.`,
    );
  }
  if (user) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
  const password = readPassword(folder);
  if (!existsSync(join(data, "PG_VERSION"))) await initialise(binaries, data, password, user);
  await stopLeftOver(data);
  const port = wantedPort ?? (await freePort());
  const settings = [
    "listen_addresses=127.0.0.1",
    `port=${port}`,
    "unix_socket_directories=",
    "max_connections=200",
    "shared_buffers=128MB",
    "jit=off",
    "max_wal_senders=0",
    "wal_level=minimal",
    ...extra,
  ];
  const url = `postgresql://podflow:${password}@127.0.0.1:${port}/podflow`;
  const child = await untilReady(url, logFile, () => {
    const output = openSync(logFile, "a");
    const server = spawn(
      binaries.postgres,
      ["-D", data, ...settings.flatMap((set) => ["-c", set])],
      {
        cwd: "/",
        detached: true,
        stdio: ["ignore", output, output],
        ...(user && { uid: user.uid, gid: user.gid }),
      },
    );
    closeSync(output);
    return server;
  });
  return { url, port, process: child, stop: () => stopServer(child) };
}

/** Sends the signal for a fast shutdown and waits for the end. */
async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  await ended;
}

function readPassword(folder: string): string {
  const file = join(folder, "password");
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString("hex"), { mode: 0o600 });
  return readFileSync(file, "utf8").trim();
}

/** PostgreSQL refuses to run as root; null when we are somebody else already. */
function serverUser(): { name: string; uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const wanted of ["postgres", "nobody"]) {
    const found = accounts.find(([name]) => name === wanted);
    if (found) return { name: wanted, uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new Error(
    "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as. Set DATABASE_URL.",
  );
}

async function initialise(
  binaries: PostgresBinaries,
  data: string,
  password: string,
  user: { uid: number; gid: number } | null,
): Promise<void> {
  // A start that was killed in the middle leaves half a folder, which initdb refuses.
  rmSync(data, { recursive: true, force: true });
  const file = join(dirname(data), "initial-password");
  writeFileSync(file, password, { mode: 0o600 });
  if (user) chownSync(file, user.uid, user.gid);
  const args = ["-D", data, "-U", "podflow", "-A", "scram-sha-256", "-E", "UTF8", "--no-locale"];
  const child = spawn(binaries.initdb, [...args, "--pwfile", file, "--no-instructions"], {
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe"],
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  let words = "";
  child.stdout.on("data", (chunk) => (words += String(chunk)));
  child.stderr.on("data", (chunk) => (words += String(chunk)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  rmSync(file, { force: true });
  if (code === 0) return;
  rmSync(data, { recursive: true, force: true });
  throw new Error(`The database could not be made in ${data}: ${words.trim().slice(-500)}`);
}

/** Stops the server whose pid file is in the data folder, if it is one that still runs. */
async function stopLeftOver(data: string): Promise<void> {
  const file = join(data, "postmaster.pid");
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, "utf8").split("\n")[0]);
  if (!isServer(pid, data)) {
    rmSync(file, { force: true });
    return;
  }
  process.kill(pid, "SIGINT");
  for (const deadline = Date.now() + 30_000; isServer(pid, data);) {
    if (Date.now() > deadline) process.kill(pid, "SIGQUIT");
    await pause(20);
  }
}

function isServer(pid: number, data: string): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== "linux") return true;
    if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) return false;
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(data);
  } catch {
    // No such process.
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || !address) throw new Error("The system gave no free port.");
  return address.port;
}

/**
 * Starts it and waits for an answered query: a TCP connection is accepted long before, during
 * recovery. After a kill -9 the old one's helpers hold its memory for a moment, and a new server ends
 * at once: it is started again until the time is over.
 */
async function untilReady(
  url: string,
  logFile: string,
  start: () => ChildProcess,
): Promise<ChildProcess> {
  const deadline = Date.now() + START_MS;
  let child = start();
  while (!(await answers(url))) {
    if (child.exitCode !== null || child.signalCode !== null) {
      const words = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-3).join("\n");
      if (!words.includes("still in use") || Date.now() > deadline) {
        throw new Error(`PostgreSQL ended at once; its last words are:\n${words}\nSee ${logFile}.`);
      }
      await pause(200);
      child = start();
    }
    if (Date.now() > deadline) {
      child.kill("SIGQUIT");
      throw new Error(`PostgreSQL did not answer within 2 minutes. See ${logFile}.`);
    }
    await pause(25);
  }
  return child;
}

/** Whether the server answers; makes our database in it the first time. */
async function answers(url: string): Promise<boolean> {
  const client = new Client({
    connectionString: url.replace(/\/podflow$/, "/postgres"),
    connectionTimeoutMillis: 2000,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = 'podflow'");
    if (found.rowCount === 0) await client.query("CREATE DATABASE podflow");
    return true;
  } catch {
    // Not yet: what is really wrong ends the process, or the time.
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
