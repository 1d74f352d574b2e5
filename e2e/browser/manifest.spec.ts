import type { Page } from "@playwright/test";
import { CLUSTER, expect, test } from "./test.ts";

const flow = (namespace: string, runner: string) => `id: previewed
namespace: ${namespace}
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: hello
  - id: run
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: busybox
    commands:
      - echo {{ outputs.say }}
    taskRunner:
      type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes
${runner}`;

const NOWHERE = `      nodeSelector:
        disk: nowhere
      podSpec:
        tolerationz: []
`;

const panel = (page: Page) => page.getByRole("region", { name: "Manifest" });
const findings = (page: Page) => panel(page).getByRole("region", { name: "Findings" });

test("the manifest beside the source says before the run what stands against it, and leads to the line", async ({
  page,
  api,
  namespace,
  editor,
  checkAccessibility,
}) => {
  await api.saveFlow(flow(namespace, NOWHERE));
  await page.goto(`/flows/${namespace}/previewed?line=9`);
  await expect(editor.line("containerImage: busybox")).toBeVisible();
  await editor.field.focus();
  await page.keyboard.press("Control+J");
  await expect(panel(page)).toBeFocused();
  await panel(page).getByRole("combobox", { name: "Run on" }).click();
  await page.getByRole("option", { name: CLUSTER }).click();
  await expect(findings(page)).toContainText("1 error, 1 warning");
  await expect(panel(page).getByRole("textbox", { name: "Manifest of run" })).toBeAttached();
  await expect(panel(page).locator(".view-lines")).toContainText("kind: Pod");
  await checkAccessibility("manifest-findings");

  await findings(page)
    .getByRole("button", { name: /tolerationz/ })
    .click();
  await expect(editor.field).toBeFocused();
  await page.keyboard.press("End");
  await page.keyboard.type(" ");
  await expect(editor.line("tolerationz: [] ")).toBeVisible();
  await expect(page.locator(".squiggly-error")).toBeVisible();
  await expect(page.locator(".squiggly-warning").first()).toBeVisible();

  // What a run would take is told at once, and what only a run knows is no error.
  await editor.paste(flow(namespace, ""));
  await expect(findings(page)).toContainText("Nothing stands against it");
  await expect(findings(page).getByRole("button", { name: /commands\[0\]/ })).toContainText("line");

  // On this machine there is none.
  await panel(page).getByRole("combobox", { name: "Run on" }).click();
  await page.getByRole("option", { name: "This machine" }).click();
  await expect(panel(page)).toContainText("it runs as a process of this machine");

  await page.keyboard.press("Control+J");
  await expect(panel(page)).toBeHidden();
  await expect(editor.field).toBeFocused();
});
