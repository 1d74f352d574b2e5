import { randomBytes } from "node:crypto";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { type Api, openApi } from "#e2e/cluster/api.ts";
import { FlowApi } from "#e2e/flow-api.ts";
import { flowEditor, type FlowEditor } from "./flow-editor.ts";

interface Fixtures {
  /** The public API of the product under test. */
  api: FlowApi;
  /** The API server of the cluster, as its administrator. */
  cluster: Api;
  /** A namespace that only this test uses. */
  namespace: string;
  /** The source of the flow whose page is open. */
  editor: FlowEditor;
  /**
   * Fails the test when axe finds anything on the page as it is, in the light and in the dark. With
   * PODFLOW_TEST_SHOTS it leaves a picture of both there, called as `name` says. The dark has other
   * colours and nothing else, so that these alone are looked at there, unless `inDark` says more.
   */
  checkAccessibility: (name: string, inDark?: "colours" | "everything") => Promise<void>;
  /** Fails the test when a page asks another origin for anything, or an exception reaches its end. */
  quietPages: undefined;
}

const url = process.env["PODFLOW_TEST_URL"] ?? "";

/** The name of the connection to the cluster of the ring. */
export const CLUSTER = process.env["PODFLOW_TEST_CONTEXT"] ?? "";
/** Its id. */
export const CLUSTER_ID = `context:${CLUSTER}`;

export const test = base.extend<Fixtures>({
  // Playwright's own way to say "nothing before".
  // oxlint-disable-next-line no-empty-pattern
  baseURL: async ({}, use) => use(url),
  api: async ({ baseURL }, use) => use(new FlowApi(baseURL ?? "")),
  // oxlint-disable-next-line no-empty-pattern
  cluster: async ({}, use) => {
    const api = await openApi(process.env["PODFLOW_TEST_CLUSTER"] ?? "");
    await use(api);
    await api.close();
  },
  // oxlint-disable-next-line no-empty-pattern
  namespace: async ({}, use) => use(`test-${randomBytes(4).toString("hex")}`),
  editor: async ({ page }, use) => use(flowEditor(page)),
  checkAccessibility: async ({ page }, use) => {
    await use(async (name, inDark = "colours") => {
      for (const scheme of ["light", "dark"] as const) {
        await chooseTheme(page, scheme);
        await keepPicture(page, `${name}-${scheme}`);
        const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] });
        if (scheme === "dark" && inDark === "colours") axe.withRules("color-contrast");
        const { violations } = await axe.analyze();
        const found = violations.map(
          ({ id, nodes }) =>
            `${scheme} ${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`,
        );
        expect.soft(found, `what axe finds on ${name}`).toEqual([]);
      }
      await chooseTheme(page, "light");
    });
  },
  quietPages: [
    async ({ context, baseURL }, use) => {
      const strangers: string[] = [];
      const exceptions: string[] = [];
      context.on("request", (request) => {
        const asked = new URL(request.url().replace(/^blob:/, ""));
        if (asked.protocol !== "data:" && asked.origin !== baseURL) strangers.push(asked.href);
      });
      context.on("weberror", (error) => exceptions.push(String(error.error())));
      await use(undefined);
      expect(strangers, "requests to other origins").toEqual([]);
      expect(exceptions, "exceptions that nobody caught").toEqual([]);
    },
    { auto: true },
  ],
});

/** The theme as the person's system wants it, which is what Podflow follows at first. */
async function chooseTheme(page: Page, scheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  await expect(page.locator("html")).toHaveAttribute("data-theme", scheme);
}

async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env["PODFLOW_TEST_SHOTS"];
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** What a download or a link brings, as the browser gets it. */
export async function downloadOf(
  page: Page,
  link: Locator,
): Promise<{ name: string; path: string }> {
  const coming = page.waitForEvent("download");
  await link.click();
  const download = await coming;
  return { name: download.suggestedFilename(), path: await download.path() };
}

/** Picks where the execution runs, in the form that is open. */
export async function chooseConnection(page: Page, name: string): Promise<void> {
  const list = page.getByRole("combobox", { name: "Run on" });
  const option = page.getByRole("option", { name });
  // While the list is open only its options can be seen.
  await list.or(option).first().waitFor();
  // On a slow machine the list can still be settling under the first press.
  await expect(async () => {
    if (await list.isVisible()) await list.click({ timeout: 2000 });
    await option.click({ timeout: 5000 });
    await expect(list).toContainText(name, { timeout: 2000 });
  }).toPass();
}

export { expect };
