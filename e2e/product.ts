import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const ROOT = join(import.meta.dirname, "..");
const START_MS = 300_000;

/** The whole product as a person starts it, on a data folder and a port of its own. */
export interface Product {
  url: string;
  dataFolder: string;
  databaseUrl: string;
  /** What the terminal shows so far. */
  output(): string;
  /** The pid of one of its processes now. */
  pid(role: "web" | "worker" | "postgres"): number;
  /** As Ctrl-C does; the data folder is removed unless it was given. */
  stop(): Promise<void>;
}

interface ProductOptions {
  dataFolder?: string;
  port?: number;
  environment?: Record<string, string>;
}

/**
 * Starts it and waits until the page answers.
 * @throws Error with the terminal's last words when it ends before
 */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), "podflow-product-"));
  mkdirSync(dataFolder, { recursive: true });
  chmodSync(dataFolder, 0o711);
  const port = options.port ?? (await freePort());
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "lib/supervisor/main.ts"],
    {
      cwd: ROOT,
      env: { ...process.env, PORT: String(port), PODFLOW_DATA: dataFolder, ...options.environment },
      // The channel ends with this process, also when it is killed, and the product with it.
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  }
  child.channel?.unref();
  const ended = once(child, "exit");
  for (const deadline = Date.now() + START_MS; !output.includes("Podflow is ready");) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill("SIGTERM");
      throw new Error(`The product did not start:\n${output}${lastLog(dataFolder)}`);
    }
    await pause(20);
  }
  const inRun = (name: string): string =>
    readFileSync(join(dataFolder, "run", name), "utf8").trim();
  return {
    url: `http://localhost:${port}`,
    dataFolder,
    databaseUrl: inRun("database-url"),
    output: () => output,
    pid: (role) => Number(inRun(`${role}.pid`)),
    stop: async () => {
      child.kill("SIGINT");
      await ended;
      if (options.dataFolder === undefined) rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

function lastLog(dataFolder: string): string {
  return ["web", "worker", "postgres"]
    .map((name) => {
      try {
        return `\n== ${name}\n${readFileSync(join(dataFolder, "log", `${name}.log`), "utf8").slice(-2000)}`;
      } catch {
        // It was never started.
        return "";
      }
    })
    .join("");
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || !address) throw new Error("The system gave no port.");
  return address.port;
}
