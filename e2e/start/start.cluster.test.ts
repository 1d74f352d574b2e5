import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { FlowApi } from "#e2e/flow-api.ts";
import { type Product, startProduct } from "#e2e/product.ts";

const ROOT = join(import.meta.dirname, "..", "..");
let product: Product;
let dataFolder: string;

beforeAll(async () => {
  dataFolder = mkdtempSync(join(tmpdir(), "podflow-start-"));
  product = await startProduct({ dataFolder });
});

afterAll(async () => {
  await product.stop();
  rmSync(dataFolder, { recursive: true, force: true });
});

/** Starts the supervisor once more and returns how it ended. */
async function startAgain(
  environment: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ["lib/supervisor/main.ts"], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  await once(child, "close");
  return { code: child.exitCode, output };
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/api/podflow/health`).then(
    (answer) => answer.ok,
    () => false,
  );
}

function commandLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        // It ended meanwhile.
        return "";
      }
    });
}

function isAlive(pid: number): boolean {
  const status = `/proc/${pid}/status`;
  return existsSync(status) && !/^State:\s+Z/m.test(readFileSync(status, "utf8"));
}

test("a second start on the same data folder is refused with the first one's pid and URL", async () => {
  const { code, output } = await startAgain({ PODFLOW_DATA: dataFolder, PORT: "1" });
  expect(code).toBe(1);
  expect(output).toMatch(/already runs on .*process \d+, http:\/\/localhost:1?\d+/);
  expect(output).toContain(product.url);
});

test("a taken port is refused with what to change", async () => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const other = mkdtempSync(join(tmpdir(), "podflow-start-"));
  const { code, output } = await startAgain({ PODFLOW_DATA: other, PORT: String(port) });
  server.close();
  rmSync(other, { recursive: true });
  expect(code).toBe(1);
  expect(output).toContain(`Port ${port} on 127.0.0.1 is taken`);
  expect(output).toContain(`PORT=${port + 1} npm start`);
});

test("an address beyond loopback is refused before an administrator exists", async () => {
  const other = mkdtempSync(join(tmpdir(), "podflow-start-"));
  chmodSync(other, 0o711);
  const { code, output } = await startAgain({ PODFLOW_DATA: other, PORT: "4999", HOST: "0.0.0.0" });
  rmSync(other, { recursive: true, force: true });
  expect(code).toBe(1);
  expect(output).toMatch(/0\.0\.0\.0.*administrator/);
});

test.each(["web", "worker", "postgres"] as const)("a killed %s is started again", async (role) => {
  const before = product.pid(role);
  process.kill(before, "SIGKILL");
  const after = await vi.waitUntil(
    () => product.pid(role) !== before && isAlive(product.pid(role)) && product.pid(role),
    { timeout: 90_000 },
  );
  expect(after).not.toBe(before);
  await vi.waitUntil(() => answers(product.url), { timeout: 90_000 });
  expect(product.output()).toMatch(/is started again/);
});

test("stopping leaves no process, and starting again finds everything", async () => {
  const pids = (["web", "worker", "postgres"] as const).map((role) => product.pid(role));
  await product.stop();
  expect(pids.filter(isAlive)).toEqual([]);
  expect(await answers(product.url)).toBe(false);
  product = await startProduct({ dataFolder });
  expect(await answers(product.url)).toBe(true);
  expect(product.output()).not.toMatch(/Building|Generating|Migrated/);
});

test("a task on this machine does not outlive Ctrl-C, and is run again at the next start", async () => {
  const api = new FlowApi(product.url);
  const mark = `3${process.pid}`;
  await api.saveFlow(`id: local
namespace: start
tasks:
  - id: work
    type: io.kestra.plugin.scripts.shell.Commands
    commands:
      - "sleep {{ taskrun.attemptsCount == 0 ? ${mark} : 0 }}"
      - echo done
`);
  const id = await api.execute("start", "local", { connection: "this-machine" });
  const isThere = (): boolean => commandLines().some((line) => line.includes(`sleep\0${mark}`));
  await vi.waitUntil(isThere, { timeout: 90_000 });
  await product.stop();
  expect(isThere()).toBe(false);
  product = await startProduct({ dataFolder });
  const ended = await new FlowApi(product.url).untilEnded(id);
  expect(ended.state.current).toBe("SUCCESS");
});

test("a start after everything was killed cleans up and goes on", async () => {
  const pids = (["web", "worker", "postgres"] as const).map((role) => product.pid(role));
  const lock: unknown = JSON.parse(readFileSync(join(dataFolder, "run", "supervisor.pid"), "utf8"));
  // What the supervisor wrote itself.
  process.kill((lock as { pid: number }).pid, "SIGKILL");
  product = await startProduct({ dataFolder });
  expect(await answers(product.url)).toBe(true);
  expect(pids.filter(isAlive)).toEqual([]);
});
