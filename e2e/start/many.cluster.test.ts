import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startCluster } from "#e2e/cluster/cluster.ts";
import type { Cluster } from "#e2e/cluster/contract.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/database/test-database.ts";
import { FlowApi } from "#e2e/flow-api.ts";
import { freePort } from "#e2e/product.ts";
import type { LiveEvent } from "#lib/core/live-event.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const LINES = Array.from({ length: 10 }, (_, index) => `line ${index + 1}`);
const FLOW = `id: many
namespace: many
tasks:
  - id: work
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: busybox
    taskRunner:
      type: io.kestra.plugin.kubernetes.runner.KubernetesTaskRunner
      pullPolicy: IfNotPresent
    commands:
      - for i in $(seq 1 ${LINES.length}); do echo "line $i"; sleep 0.5; done
`;

let cluster: Cluster;
let database: TestDatabase;
let rows: Client;
let dataFolder: string;
const started: ChildProcess[] = [];
const webs: FlowApi[] = [];
const urls: string[] = [];

/** A program of the product, as `npm run web` and `npm run worker` start it. */
function run(words: string[], environment: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...words], {
    cwd: ROOT,
    env: { ...process.env, PODFLOW_DATA: dataFolder, DATABASE_URL: database.url, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
}

async function prepare(
  role: string,
  environment: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  const child = run(["lib/supervisor/prepare-role.ts", role], environment);
  let output = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  await once(child, "close");
  return { code: child.exitCode, output };
}

async function start(role: "web" | "worker", environment: Record<string, string>): Promise<void> {
  expect(await prepare(role)).toMatchObject({ code: 0 });
  const child = run([`lib/${role}/main.ts`], {
    KUBECONFIG: cluster.kubeconfigPath,
    PODFLOW_LEASE_SECONDS: "2",
    ...environment,
  });
  child.stderr?.pipe(process.stderr);
  started.push(child);
}

async function startWeb(): Promise<void> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  await start("web", { PORT: String(port) });
  const answers = (): Promise<boolean> =>
    fetch(`${url}/api/podflow/health`).then(
      (answer) => answer.ok,
      () => false,
    );
  await vi.waitUntil(answers, { timeout: 300_000, interval: 100 });
  urls.push(url);
  webs.push(new FlowApi(url));
}

beforeAll(async () => {
  cluster = await startCluster({ log: (line) => process.stderr.write(`${line}\n`) });
  database = await createTestDatabase();
  rows = new Client({ connectionString: database.url });
  await rows.connect();
  dataFolder = mkdtempSync(join(tmpdir(), "podflow-many-"));
  await startWeb();
  await startWeb();
  // Fewer slots than there are executions, so that no worker takes all of them.
  await start("worker", { PODFLOW_WORKER_SLOTS: "6" });
  await start("worker", { PODFLOW_WORKER_SLOTS: "6" });
});

afterAll(async () => {
  await Promise.all(started.map(stop));
  await rows.end();
  await database.drop();
  await cluster.stop();
  rmSync(dataFolder, { recursive: true, force: true });
});

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

/** The pids of the workers that drive something now. */
async function drivingPids(): Promise<number[]> {
  const found = await rows.query<{ pid: string }>(
    `SELECT DISTINCT split_part(lease_owner, '/', 2) AS pid FROM attempts
     WHERE state = 'RUNNING' AND lease_until > now()`,
  );
  return found.rows.map(({ pid }) => Number(pid));
}

/** Every line of the log as the page of this web process receives it, until the end. */
async function watchedLines(url: string, id: string): Promise<string[]> {
  const answer = await fetch(`${url}/api/podflow/executions/${id}/events`);
  const events = (await answer.text()).matchAll(/^data: (.*)$/gm);
  const lines: string[] = [];
  for (const [, data = ""] of events) {
    // What lib/web/live-execution.ts sends.
    const event = JSON.parse(data) as LiveEvent;
    if (event.type !== "log") continue;
    const printed = event.lines.filter(({ stream }) => stream !== "podflow");
    lines.push(...printed.map(({ text }) => text));
  }
  return lines;
}

test("two webs and two workers do every execution once, although a worker is killed", async () => {
  const [first, second] = webs;
  if (!first || !second) throw new Error("The web processes did not start.");
  await first.saveFlow(FLOW);
  const places = ["context:podflow-test", "this-machine"];
  const ids = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      (index % 2 === 0 ? first : second).execute("many", "many", {
        connection: places[Math.floor(index / 2) % 2],
      }),
    ),
  );
  // Every page is of the other web process than the request.
  const pages = ids.map((id, index) => watchedLines(urls[(index + 1) % 2] ?? "", id));
  await vi.waitUntil(async () => (await drivingPids()).length === 2, { timeout: 60_000 });
  const [victim = 0] = await drivingPids();
  process.kill(victim, "SIGKILL");
  for (const [index, id] of ids.entries()) {
    const ended = await first.untilEnded(id);
    expect(ended.state.current).toBe("SUCCESS");
    expect(ended.taskRunList.map(({ attempts }) => attempts.length)).toEqual([1]);
    expect(await second.printedLines(id)).toEqual(LINES);
    expect(await pages[index]).toEqual(LINES);
  }
});

test.each(["web", "worker"])(
  "npm run %s on a database that was never migrated says what to run",
  async (role) => {
    const empty = database.url.replace(/[^/]*$/, "postgres");
    const { code, output } = await prepare(role, { DATABASE_URL: empty });
    expect(code).toBe(1);
    expect(output).toMatch(/0001_initial.* missing.*npm run migrate/);
  },
);
