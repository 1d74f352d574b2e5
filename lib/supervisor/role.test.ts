import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Role } from "./role.ts";

/** Says that it was started, answers, and hangs once it is told to by a file. */
const SCRIPT = `
import { appendFileSync, existsSync } from "node:fs";
appendFileSync("starts", process.pid + "\\n");
process.on("message", (message) => {
  if (message !== "ping" || !process.connected) return;
  appendFileSync("pings", ".");
  process.send("pong");
});
process.on("SIGTERM", () => process.exit(0));
setInterval(() => {
  while (existsSync("hang")) {}
}, 10);
`;

let folder: string;
let role: Role;
const starts = (): string[] =>
  existsSync(join(folder, "starts"))
    ? readFileSync(join(folder, "starts"), "utf8").trim().split("\n")
    : [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "podflow-role-"));
  for (const name of ["run", "log"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "role.mjs"), SCRIPT);
  role = new Role({
    name: "web",
    script: "role.mjs",
    args: [],
    root: folder,
    dataFolder: folder,
    environment: {},
    pings: { everyMs: 20, limit: 150 },
  });
});
afterEach(async () => {
  await role.stop();
  rmSync(folder, { recursive: true });
});

const pings = (): number =>
  existsSync(join(folder, "pings")) ? readFileSync(join(folder, "pings")).length : 0;

const soon = { timeout: 90_000, interval: 20 };

test("a process that answers no more is ended and started again", async () => {
  role.start();
  await vi.waitFor(() => expect(pings()).toBeGreaterThan(1), soon);
  writeFileSync(join(folder, "hang"), "");
  await vi.waitFor(() => expect(() => process.kill(Number(starts()[0]), 0)).toThrow("ESRCH"), soon);
  rmSync(join(folder, "hang"));
  await vi.waitFor(() => expect(starts()).toHaveLength(2), soon);
});

test("a process that answers is left alone, however long it runs", async () => {
  role.start();
  await vi.waitFor(() => expect(pings()).toBeGreaterThan(200), soon);
  expect(starts()).toHaveLength(1);
  expect(process.kill(Number(starts()[0]), 0)).toBe(true);
});
