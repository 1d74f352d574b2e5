import { startCluster } from "#e2e/cluster/cluster.ts";
import { runTool, say } from "./run.ts";
import { findBrowser } from "./test/chromium.ts";
import { type Count, runPlaywright, runVitest } from "./test/rings.ts";

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

const total: Count = { passed: 0, failed: 0, skipped: 0 };

async function ring(name: Ring, run: () => Promise<Count>): Promise<void> {
  if (!rings.includes(name)) return;
  say(`\n== ${name}`);
  const began = performance.now();
  const count = await run().catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    return { passed: 0, failed: 1, skipped: 0 };
  });
  const seconds = Math.round((performance.now() - began) / 1000);
  say(
    `== ${name}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped in ${seconds} s`,
  );
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
}

/** Held for the whole run, so that all rings share one cluster. */
async function needCluster(): Promise<{ kubeconfig: string; stop: () => Promise<void> }> {
  const cluster = await startCluster({ log: say });
  return { kubeconfig: cluster.kubeconfigPath, stop: () => cluster.stop() };
}

await ring("check", async () => {
  const { code } = await runTool(["scripts/check.ts"], { shows: true });
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
});
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
    say(error instanceof Error ? error.message : String(error));
    total.failed += 1;
  }
}

say(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
