import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startCluster } from "#e2e/cluster/cluster.ts";
import type { Cluster } from "#e2e/cluster/contract.ts";
import { findBrowser } from "#scripts/test/chromium.ts";
import { measureCrowd } from "./crowd.ts";
import { measureIntake, measureManyPods } from "./fakes.ts";
import { measureEnds, measureLines } from "./latency.ts";
import { measureRequests } from "./requests.ts";
import { brokenRow, type Row, tableOf } from "./row.ts";
import { measureLog, measureSecondStart } from "./screen.ts";
import { openTools, tidy, type Tools } from "./session.ts";
import { measureTasks } from "./tasks.ts";
import { measureThousands } from "./thousands.ts";
import { measureTransfer } from "./transfer.ts";

const { values } = parseArgs({
  options: {
    json: { type: "string" },
    rounds: { type: "string" },
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    pods: { type: "string" },
    cluster: { type: "string", default: "shared" },
    help: { type: "boolean" },
  },
});
const isQuick = values.quick;
const rounds = Number(values.rounds ?? (isQuick ? 8 : 20));
const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Of all rows together, without those that are only measured when they are named. */
const WHOLE_SECONDS = 19 * 60;
/** What an end may take, after which the process ends all the same. */
const END_MS = 150_000;

interface Measure {
  /** Only measured when it is named: it takes too long for the others. */
  isExtra?: true;
  /** Tasks at once that the worker is set to. */
  slots?: number;
  /** One that takes longer is broken off. */
  seconds: number;
  run: (tools: Tools) => Promise<Row[]>;
}

/** In this order; each is measured alone. */
const MEASURES: Record<string, Measure> = {
  tasks: { seconds: 240, run: ({ bench }) => measureTasks(bench, rounds) },
  end: { seconds: 120, run: ({ bench }) => measureEnds(bench, rounds) },
  lines: { seconds: 60, run: ({ bench }) => measureLines(bench) },
  screen: {
    seconds: 90,
    run: async ({ bench }) => measureLog(bench, await findBrowser(log)),
  },
  requests: {
    seconds: 90,
    run: async ({ bench, proxy }) => {
      const { row, told } = await measureRequests(bench, proxy, Math.min(rounds, 10));
      log(told);
      return [row];
    },
  },
  transfer: {
    seconds: 300,
    run: ({ bench, folder }) => measureTransfer(bench, folder, isQuick ? 256 : 1024),
  },
  crowd: { seconds: 600, run: ({ bench }) => measureCrowd(bench, isQuick ? 40 : 200) },
  many: { seconds: 180, run: ({ bench, folder }) => measureManyPods(bench, folder, 500) },
  intake: {
    seconds: 150,
    run: ({ bench, folder }) => measureIntake(bench, folder, isQuick ? 500_000 : 1_000_000),
  },
  thousands: {
    isExtra: true,
    seconds: 1800,
    slots: 6000,
    run: ({ bench, folder }) => {
      const count = Number(values.pods ?? (isQuick ? 1000 : 5000));
      return measureThousands(bench, { folder, count, log });
    },
  },
  start: { seconds: 60, run: ({ folder }) => measureSecondStart(join(folder, "second")) },
};
const BY_DEFAULT = Object.keys(MEASURES).filter((name) => !MEASURES[name]?.isExtra);
const USAGE = `npm run bench [-- --only ${Object.keys(MEASURES).join(",")}] [--quick] [--rounds N] [--json FILE] [--cluster NAME]

Measures what Podflow promises, each with its floor in the same run on the same cluster. A row that
breaks says so, and the others are measured all the same. Ctrl-C shows what is measured so far.
`;

const rows: Row[] = [];
const interrupted = new AbortController();

/** Measures in turn; one that broke leaves nothing to those behind it. */
async function measureAll(wanted: string[], cluster: Cluster): Promise<void> {
  const until = performance.now() + WHOLE_SECONDS * 1000;
  let tools: Tools | null = null;
  let slots: number | undefined;
  for (const name of wanted) {
    const began = performance.now();
    const { seconds: most = 0, isExtra = false } = MEASURES[name] ?? {};
    const seconds = isExtra ? most : Math.min(most, (until - began) / 1000);
    let got: Row[];
    try {
      if (seconds <= 0) throw new Error("The time of the whole bench was over before it.");
      if (tools && MEASURES[name]?.slots !== slots) tools = await closed(tools);
      slots = MEASURES[name]?.slots;
      tools ??= await openTools(cluster, log, slots);
      got = await within(seconds, measured(name, tools));
    } catch (error) {
      got = [brokenRow(name, error)];
      tools = await closed(tools);
    }
    rows.push(...got);
    const took = Math.round((performance.now() - began) / 1000);
    log(`${tableOf(got).split("\n").slice(1).join("\n")}   (${took} s)`);
    if (interrupted.signal.aborted) break;
  }
  await tools?.close();
}

async function closed(tools: Tools | null): Promise<null> {
  await tools?.close();
  return null;
}

async function measured(name: string, tools: Tools): Promise<Row[]> {
  const measure = MEASURES[name];
  if (!measure) throw new Error(`There is no measure "${name}".`);
  return measure.run(tools);
}

/** Breaks off at the limit or the interruption; what goes on then is ended by closing its tools. */
async function within<T>(seconds: number, working: Promise<T>): Promise<T> {
  const broken = Promise.withResolvers<never>();
  const breakOff = (): void => broken.reject(interrupted.signal.reason);
  interrupted.signal.addEventListener("abort", breakOff);
  const timer = setTimeout(() => {
    broken.reject(new Error(`It took longer than ${Math.round(seconds)} s.`));
  }, seconds * 1000);
  try {
    interrupted.signal.throwIfAborted();
    return await Promise.race([working, broken.promise]);
  } finally {
    clearTimeout(timer);
    interrupted.signal.removeEventListener("abort", breakOff);
    // It may still fail, when its tools are closed under it.
    working.catch(() => undefined);
  }
}

function interrupt(why: string): void {
  if (interrupted.signal.aborted) return;
  interrupted.abort(new Error(why));
  setTimeout(() => {
    report();
    process.exit(1);
  }, END_MS).unref();
}

function report(): void {
  process.stdout.write(`${tableOf(rows)}\n`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
}

if (values.help === true) {
  process.stdout.write(USAGE);
  process.exit(0);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => interrupt(`The bench was interrupted by ${signal}.`));
}
process.on("uncaughtException", (error) => {
  log(error.stack ?? String(error));
  interrupt(`The bench itself broke: ${error.message}`);
});
// Of a row that was broken off: what it still did has lost its tools.
process.on("unhandledRejection", (error) => log(`Too late: ${String(error)}`));
let cluster: Cluster | null = null;
try {
  cluster = await startCluster({ log, name: values.cluster });
  await tidy(cluster, log);
  await measureAll(values.only?.split(",") ?? BY_DEFAULT, cluster);
} catch (error) {
  rows.push(brokenRow("the cluster", error));
}
report();
await cluster?.stop();
process.exit(rows.length > 0 && rows.every((row) => row.isMet) ? 0 : 1);
