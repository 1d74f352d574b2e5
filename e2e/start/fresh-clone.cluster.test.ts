import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runCommand } from "#e2e/cluster/own/command.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const START_MS = 600_000;
let clone: string;

beforeAll(async () => {
  clone = mkdtempSync(join(tmpdir(), "podflow-clone-"));
  // As root the database is another user, who must be able to enter.
  chmodSync(clone, 0o755);
  await runCommand("git", ["clone", "--quiet", ROOT, join(clone, "podflow")]);
});

afterAll(() => rmSync(clone, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

/** A command in the clone, in a group of its own as a terminal gives it one. */
function inClone(command: string[], environment: Record<string, string>) {
  const child = spawn("npm", command, {
    cwd: join(clone, "podflow"),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    // As on a machine that has nothing of the project: its Node and settings stay out.
    env: {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      HOME: homedir(),
      NODE_ENV: process.env.NODE_ENV,
      ...environment,
    },
  });
  const result = { output: "", ended: once(child, "exit") };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => (result.output += chunk));
  }
  const interrupt = (): boolean => process.kill(-(child.pid ?? 0), "SIGINT");
  return Object.assign(result, { interrupt, child });
}

test(
  "npm start in a fresh clone ends with a page that shows the tutorial",
  { timeout: START_MS },
  async () => {
    const port = await freePort();
    const start = inClone(["start"], { PORT: String(port) });
    await vi.waitUntil(
      () => start.output.includes("Podflow is ready") || start.child.exitCode !== null,
      {
        timeout: START_MS,
        interval: 100,
      },
    );
    expect(start.output).toMatch(/Podflow is ready: http:\/\/localhost:\d+\n$/);
    for (const step of ["Installing", "Generating", "Building", "PostgreSQL", "Migrated"]) {
      expect(start.output).toContain(step);
    }
    const page = await vi.waitUntil(
      async () => {
        const text = await (await fetch(`http://localhost:${port}/flows`)).text();
        return text.includes("shell_in_a_pod") && text;
      },
      { timeout: 90_000, interval: 100 },
    );
    expect(page).toContain("tutorial");
    start.interrupt();
    await start.ended;
    expect(start.output).toMatch(/Stopped\.\n$/);
    await expect(fetch(`http://localhost:${port}/flows`)).rejects.toThrow(/fetch failed/);
  },
);

test(
  "npm test in a fresh clone sets itself up and ends with one line of counts",
  { timeout: START_MS },
  async () => {
    const run = inClone(["test", "--silent", "--", "unit", "prisma", "lib/core"], {});
    await run.ended;
    expect(run.output).toMatch(/\n\d+ passed, 0 failed, 0 skipped\n$/);
    expect(run.child.exitCode).toBe(0);
  },
);
