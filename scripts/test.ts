import { startCluster } from "#e2e/cluster/cluster.ts";
import { say } from "./run.ts";
import { findBrowser } from "./test/chromium.ts";
import { failureText } from "./test/failures.ts";
import { broken, type Outcome, runPlaywright, runVitest, runWhole } from "./test/rings.ts";

const RINGS = ["check", "unit", "contract", "cluster", "browser"] as const;
type Ring = (typeof RINGS)[number];
const USAGE = `npm test [-- RING... [FILTER...]]     rings: ${RINGS.join(", ")}; default all`;

const names = new Set<string>(RINGS);
const given = process.argv.slice(2);
const wanted = RINGS.filter((ring) => given.includes(ring));
const rings: readonly Ring[] = wanted.length > 0 ? wanted : RINGS;
const filters = given.filter((argument) => !names.has(argument));
if (filters.some((filter) => filter.startsWith("-"))) {
  say(USAGE);
  process.exit(2);
}

const total: Outcome = { passed: 0, skipped: 0, failures: [] };

function add(outcome: Outcome): void {
  total.passed += outcome.passed;
  total.skipped += outcome.skipped;
  total.failures.push(...outcome.failures);
}

function countsOf({ passed, failures, skipped }: Outcome): string {
  return `${passed} passed, ${failures.length} failed, ${skipped} skipped`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function ring(name: Ring, run: () => Promise<Outcome>): Promise<void> {
  if (!rings.includes(name)) return;
  say(`\n== ${name}`);
  const began = performance.now();
  const outcome = await run().catch((error: unknown) => {
    say(wordsOf(error));
    return broken(name, wordsOf(error));
  });
  const seconds = Math.round((performance.now() - began) / 1000);
  say(`== ${name}: ${countsOf(outcome)} in ${seconds} s`);
  add(outcome);
}

/** Held for the whole run, so that all rings share one cluster. */
async function needCluster(): Promise<{ kubeconfig: string; stop: () => Promise<void> }> {
  const cluster = await startCluster({ log: say });
  return { kubeconfig: cluster.kubeconfigPath, stop: () => cluster.stop() };
}

await ring("check", () => runWhole("check", ["scripts/check.ts"]));
await ring("unit", () => runVitest("unit", filters));
if (rings.some((name) => name === "contract" || name === "cluster" || name === "browser")) {
  try {
    const cluster = await needCluster();
    await ring("contract", () => runVitest("contract", filters));
    await ring("cluster", () => runVitest("cluster", filters));
    await ring("browser", async () => {
      const browser = await findBrowser(say);
      return runPlaywright(
        { PODFLOW_TEST_BROWSER: browser, PODFLOW_TEST_CLUSTER: cluster.kubeconfig },
        filters,
      );
    });
    await cluster.stop();
  } catch (error) {
    add(broken("cluster", wordsOf(error)));
  }
}

// Last, so that whoever has only the end of the output knows what failed.
for (const failure of total.failures) say(`\n${failureText(failure)}`);
say(`\n${countsOf(total)}`);
process.exit(total.failures.length === 0 && total.passed > 0 ? 0 : 1);
