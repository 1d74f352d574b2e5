import { chromium } from "playwright";
import { startProduct } from "#e2e/product.ts";
import { talking } from "./latency.ts";
import { type Bench, CONNECTION, NAMESPACE } from "./product-bench.ts";
import { plainRow, quantile, type Row } from "./row.ts";

/** From the pod's clock in a printed line to that line in the browser's page, on one machine. */
export async function measureLog({ api, product }: Bench, browserPath: string): Promise<Row[]> {
  const browser = await chromium.launch({
    executablePath: browserPath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  try {
    await api.saveFlow(talking);
    const page = await browser.newPage();
    const id = await api.execute(NAMESPACE, "talking", { connection: CONNECTION });
    await page.goto(`${product.url}/executions/${id}`);
    // In the page: the delay of each line when it is first seen there.
    await page.evaluate(() => {
      const delays = new Map<string, number>();
      const look = (): void => {
        for (const [text, printed] of (document.body.textContent ?? "").matchAll(/at (\d{13})/g)) {
          if (!delays.has(text)) delays.set(text, Date.now() - Number(printed));
        }
      };
      new MutationObserver(look).observe(document.body, {
        childList: true,
        subtree: true,
        characterData: true,
      });
      Object.assign(window, { podflowDelays: delays });
    });
    await api.untilEnded(id);
    await page.waitForTimeout(1000);
    const delays = await page.evaluate(() => [
      // Put there above.
      ...(window as unknown as { podflowDelays: Map<string, number> }).podflowDelays.values(),
    ]);
    // What was printed before the page was open says nothing about the way to it.
    const live = delays.slice(20);
    if (live.length < 50) throw new Error(`Only ${live.length} lines were seen live.`);
    return [
      plainRow("line printed → in the browser, p95", "ms", {
        value: quantile(live, 0.95),
        atMost: 400,
      }),
    ];
  } finally {
    await browser.close();
  }
}

/** A start on a data folder that has been used, with everything built. */
export async function measureSecondStart(dataFolder: string): Promise<Row[]> {
  const first = await startProduct({ dataFolder });
  await first.stop();
  const began = performance.now();
  const second = await startProduct({ dataFolder });
  const seconds = (performance.now() - began) / 1000;
  await second.stop();
  return [plainRow("second npm start → page answers", "s", { value: seconds, atMost: 5 })];
}
