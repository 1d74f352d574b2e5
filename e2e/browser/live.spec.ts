import { readFile } from "node:fs/promises";
import { stripVTControlCharacters } from "node:util";
import type { Page } from "@playwright/test";
import { type Product, startProduct } from "#e2e/product.ts";
import { chooseConnection, CLUSTER, downloadOf, expect, test } from "./test.ts";

const LINES = 240;
const ZEROS = "0".repeat(300);

/**
 * Prints numbered lines, the first hundred at once: each tenth is a warning, each fiftieth an error,
 * and some are long.
 */
function counting(
  namespace: string,
  { lines, pauseSeconds }: { lines: number; pauseSeconds: number },
): string {
  return `id: counting
namespace: ${namespace}
tasks:
  - id: count
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: busybox
    commands:
      - |
        n=1
        while [ $n -le ${lines} ]; do
          if [ $((n % 50)) = 0 ]; then echo '::{"logs":[{"level":"ERROR","message":"line '$n' is an error"}]}::'
          elif [ $((n % 10)) = 0 ]; then echo '::{"logs":[{"level":"WARN","message":"line '$n' is a warning"}]}::'
          elif [ $((n % 20)) = 5 ]; then echo "line $n is long ${ZEROS}"
          else printf 'line %d is \\033[32mgreen\\033[0m\\n' $n
          fi
          n=$((n + 1))
          [ $n -lt 100 ] || sleep ${pauseSeconds}
        done
`;
}

/** What the log says in its line `n`. */
function lineOf(n: number): string {
  if (n % 50 === 0) return `line ${n} is an error`;
  if (n % 10 === 0) return `line ${n} is a warning`;
  return n % 20 === 5 ? `line ${n} is long ${ZEROS}` : `line ${n} is green`;
}

const ALL_LINES = Array.from({ length: LINES }, (_, at) => lineOf(at + 1));

/** Executes the counting flow on the cluster, from its page. */
async function execute(page: Page, namespace: string): Promise<void> {
  await page.goto(`/flows/${namespace}/counting?execute=true`);
  await chooseConnection(page, CLUSTER);
  await page.keyboard.press("Control+Enter");
  await expect(page).toHaveURL(/\/executions\//);
}

/** The chip in the page's bar: the pod's steps have a "Running" too. */
const state = (page: Page, word: string) =>
  page.locator("main header").getByText(word, { exact: true });

const log = (page: Page) => page.getByLabel("Lines of the log");

/** All of the log's text, chosen and copied by the keyboard. */
async function copiedLog(page: Page): Promise<string[]> {
  await log(page).focus();
  await page.keyboard.press("Control+A");
  await page.getByRole("button", { name: "Copy text" }).click();
  await expect(page.getByText("Copied", { exact: true })).toBeVisible();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  return text.split("\n");
}

test("the log arrives while the pod runs; scrolling up stops following, and the button takes it up again", async ({
  page,
  api,
  namespace,
}) => {
  await api.saveFlow(counting(namespace, { lines: 100_000, pauseSeconds: 0.05 }));
  await execute(page, namespace);
  const following = page.getByText(/^[\d,]+ lines, following$/);
  await expect(state(page, "Running")).toBeVisible();
  const count = async () => Number.parseInt(await following.innerText(), 10);
  const before = await count();
  await expect.poll(count).toBeGreaterThan(before + 3);

  await log(page).hover();
  await page.mouse.wheel(0, -200);
  await expect(page.getByText(/, not following$/)).toBeVisible();
  await page.getByRole("button", { name: /^\d+ new lines?$/ }).click();
  await expect(following).toBeVisible();
  // Several times: a key that meets the next line in one frame must win each time.
  for (const key of ["Home", "PageUp", "Home", "Shift+Space", "Home", "PageUp", "Home"]) {
    await log(page).focus();
    await page.keyboard.press(key);
    await expect(page.getByText(/, not following$/)).toBeVisible();
    if (key === "Home") await expect(log(page)).toContainText(lineOf(1));
    await page.keyboard.press("End");
    await expect(following).toBeVisible();
  }
  await page.keyboard.press("Home");
  await page.getByRole("button", { name: "Follow", exact: true }).click();
  await expect(following).toBeVisible();
  await page.getByRole("button", { name: "Kill" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Kill" }).click();
  await expect(state(page, "Killed")).toBeVisible();
});

test("a log is copied, searched, narrowed, wrapped, linked to and kept", async ({
  page,
  api,
  namespace,
  checkAccessibility,
}) => {
  await api.saveFlow(counting(namespace, { lines: LINES, pauseSeconds: 0 }));
  await execute(page, namespace);
  await expect(state(page, "Success")).toBeVisible();
  await expect(page.getByText(`${LINES} lines, `)).toBeVisible();
  expect(await copiedLog(page)).toEqual(ALL_LINES);
  await page.getByRole("button", { name: "Clear" }).click();

  const search = page.getByRole("searchbox", { name: "Search the log" });
  await search.fill("line 7");
  await expect(page.getByText(/11/).and(page.getByRole("status"))).toBeVisible();
  await search.fill("line 77 is green");
  await search.press("Enter");
  await expect(log(page).getByText(lineOf(77))).toBeInViewport();
  await search.fill("");

  await page.getByRole("button", { name: /^Level/ }).click();
  await page.getByRole("menuitem", { name: "WARN and above" }).click();
  await expect(page.getByText(`24 lines shown of ${LINES} lines`)).toBeVisible();
  await expect(page).toHaveURL(/level=WARN/);
  await expect(log(page)).not.toContainText("green");
  await expect(log(page)).toContainText(lineOf(100));
  await page.getByRole("button", { name: /^Level/ }).click();
  await page.getByRole("menuitem", { name: "all levels" }).click();

  const width = () => log(page).evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(await width()).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Wrap lines" }).click();
  await expect.poll(width).toBe(0);
  await checkAccessibility("execution-log-wrapped");
  await page.getByRole("button", { name: "Wrap lines" }).click();

  const { pathname } = new URL(page.url());
  await page.goto(`${pathname}#L75`);
  await expect(log(page).getByText(lineOf(75))).toBeInViewport();
  await expect(page.getByText("Line 75", { exact: true })).toBeVisible();

  const kept = await downloadOf(page, page.getByRole("link", { name: "Download as text" }));
  expect(pathname).toContain(kept.name.replace(".log", ""));
  const texts = (await readFile(kept.path, "utf8")).trimEnd().split("\n");
  // Time and level stand before each line; colours are kept as they were printed.
  const shown = texts.map((text) => stripVTControlCharacters(text).replace(/^\S+ [A-Z]+ /, ""));
  expect(shown).toEqual(ALL_LINES);
});

const withOwnProduct = test.extend<{ product: Product }>({
  // oxlint-disable-next-line no-empty-pattern
  product: async ({}, use) => {
    const KUBECONFIG = process.env["PODFLOW_TEST_CLUSTER"] ?? "";
    const product = await startProduct({ environment: { KUBECONFIG } });
    await use(product);
    await product.stop();
  },
  baseURL: async ({ product }, use) => use(product.url),
});

withOwnProduct(
  "the page goes on where it was when the web server is killed: no line lost, none twice",
  async ({ page, api, namespace, product }) => {
    await api.saveFlow(counting(namespace, { lines: LINES, pauseSeconds: 0.12 }));
    await execute(page, namespace);
    // The editor of the page before may still be asking web for its worker's script.
    await page.reload();
    await expect(page.getByText(/^1\d\d lines, following$/)).toBeVisible();
    process.kill(product.pid("web"), "SIGKILL");
    await expect(page.getByText("reconnecting…")).toBeVisible();
    await expect(page.getByText("reconnecting…")).toBeHidden();
    await expect(state(page, "Success")).toBeVisible();
    await expect(log(page)).toContainText(lineOf(LINES));
    expect(await copiedLog(page)).toEqual(ALL_LINES);
  },
);
