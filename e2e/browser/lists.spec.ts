import type { Page } from "@playwright/test";
import { expect, test } from "./test.ts";

const flow = (namespace: string, id: string, task: string) => `id: ${id}
namespace: ${namespace}
description: The flow that ${id}
tasks:
  - id: only
    ${task}
`;
const log = `type: io.kestra.plugin.core.log.Log\n    message: done`;
const fail = "type: io.kestra.plugin.core.execution.Fail";

/** The rows of the page's list, without its head. */
const rows = (page: Page, label: string) =>
  page
    .getByRole("table", { name: label })
    .getByRole("row")
    .filter({ has: page.getByRole("cell") });

test("flows are found by text and namespace, and opened from the keyboard", async ({
  page,
  api,
  namespace,
  checkAccessibility,
}) => {
  for (const id of ["alpha", "beta", "gamma"]) await api.saveFlow(flow(namespace, id, log));
  await api.executeToEnd(namespace, "beta");
  await page.goto("/flows");
  await page.getByRole("combobox", { name: "Namespace" }).click();
  await page.getByRole("option", { name: namespace }).click();
  await expect(page).toHaveURL(`/flows?namespace=${namespace}`);
  await expect(rows(page, "Flows")).toHaveCount(3);
  await expect(rows(page, "Flows").filter({ hasText: "beta" })).toContainText("Success");
  await expect(rows(page, "Flows").filter({ hasText: "alpha" })).toContainText("never");
  await checkAccessibility("flows");

  await page.keyboard.press("/");
  await page.keyboard.type("flow that gam");
  await expect(page).toHaveURL(/text=flow\+that\+gam/);
  await expect(rows(page, "Flows")).toHaveCount(1);
  await page.keyboard.type(" nothing");
  await expect(page.getByText("No flow matches “flow that gam nothing”.")).toBeVisible();
  await checkAccessibility("flows-none");
  await page.getByRole("button", { name: "Show all flows" }).click();
  await page.goto(`/flows?namespace=${namespace}`);
  await expect(rows(page, "Flows")).toHaveCount(3);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await expect(page.getByRole("link", { name: "beta", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/flows/${namespace}/beta`);

  const views = page.getByRole("navigation", { name: "Views of the flow" });
  await views.getByRole("link", { name: "Executions" }).click();
  await expect(rows(page, "Executions")).toHaveCount(1);
  await checkAccessibility("flow-executions");
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete the flow" }).click();
  await expect(page).toHaveURL("/flows");
  await page.goto(`/flows?namespace=${namespace}`);
  await expect(rows(page, "Flows")).toHaveCount(2);
});

test("executions are narrowed by what the URL says, page by page, and live", async ({
  page,
  api,
  namespace,
  checkAccessibility,
}) => {
  await api.saveFlow(flow(namespace, "counts", log));
  await api.saveFlow(flow(namespace, "breaks", fail));
  await api.saveFlow(
    flow(namespace, "naps", "type: io.kestra.plugin.core.flow.Sleep\n    duration: PT5M"),
  );
  const broken = await api.executeToEnd(namespace, "breaks");
  for (let started = 0; started < 54; started += 9) {
    await Promise.all(Array.from({ length: 9 }, () => api.execute(namespace, "counts")));
  }
  const napping = await api.execute(namespace, "naps");
  const list = rows(page, "Executions");
  await page.goto(`/executions?namespace=${namespace}`);
  await expect(list).toHaveCount(50);
  await expect(list.filter({ hasText: "naps" })).toContainText("Running");
  await checkAccessibility("executions");
  await api.kill(napping);
  await expect(list.filter({ hasText: "naps" })).toContainText("Killed");
  await page.getByRole("button", { name: "Load more" }).click();
  await expect(list).toHaveCount(56);
  await expect(page.getByRole("button", { name: "Load more" })).toBeHidden();

  await page.getByRole("button", { name: "All states" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Failed" }).click();
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/states=FAILED/);
  await expect(list).toHaveCount(1);
  await page.reload();
  await expect(list).toHaveCount(1);
  await expect(list).toContainText("breaks");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/executions/${broken.id}`);
  await page.goBack();

  await page.goto(`/executions?namespace=${namespace}`);
  await page.getByRole("combobox", { name: "Flow" }).click();
  await page.getByRole("option", { name: "naps" }).click();
  await expect(list).toHaveCount(1);
  await page.getByRole("combobox", { name: "Time" }).click();
  await page.getByRole("option", { name: "Last hour" }).click();
  await expect(page).toHaveURL(/flowId=naps.*last=1h|last=1h.*flowId=naps/);
  await expect(list).toHaveCount(1);
  await page.goto(`/executions?namespace=${namespace}&to=2020-01-01T00:00:00.000Z`);
  await expect(page.getByText("No execution matches.")).toBeVisible();
  await page.getByRole("button", { name: "Show all executions" }).click();
  await expect(page).toHaveURL("/executions");
  await page.getByRole("searchbox", { name: "Search id, flow, label" }).fill(napping);
  await expect(list).toHaveCount(1);
});

test("the keyboard goes anywhere: palette, shortcuts, theme", async ({
  page,
  api,
  namespace,
  checkAccessibility,
}) => {
  const id = `goes_${namespace.replace("test-", "")}`;
  await api.saveFlow(flow(namespace, id, log));
  await page.goto("/connections");
  await page.keyboard.press("Control+K");
  const palette = page.getByRole("dialog", { name: "Go to" });
  await page.keyboard.type(id);
  await expect(palette.getByRole("option", { name: `Execute ${id}` })).toBeVisible();
  await checkAccessibility("palette");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/flows/${namespace}/${id}`);

  // The editor has a use of its own for this key.
  await page.getByRole("textbox", { name: "Source of the flow" }).focus();
  await page.keyboard.press("Control+K");
  await page.keyboard.type(`execute ${id}`);
  await palette.getByRole("option", { name: `Execute ${id}` }).click();
  await expect(page.getByRole("dialog", { name: `Execute ${id}` })).toBeVisible();
  await page.keyboard.press("Escape");

  await page.goto("/executions");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toContainText("Save a revision");
  await checkAccessibility("shortcuts");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+K");
  await page.keyboard.type("dark theme");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});
