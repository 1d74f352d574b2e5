import type { Page } from "@playwright/test";
import { expect, test } from "./test.ts";

const greeting = (namespace: string, message: string) => `id: greeting
namespace: ${namespace}
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: ${message}
`;

const problems = (page: Page) => page.getByRole("region", { name: "Problems" });

test("the editor completes, explains, marks what is wrong while one types, and repairs it", async ({
  page,
  namespace,
  editor,
  checkAccessibility,
}) => {
  await page.goto("/flows/new");
  await editor.paste(`id: typed\nnamespace: ${namespace}\ntasks:\n  - id: run\n    type: `);
  const suggestions = page.getByRole("listbox", { name: "Suggest" });
  await page.keyboard.press("Control+Space");
  await expect(suggestions).toContainText("io.kestra.plugin.core.log.Log");
  await page.keyboard.type("python.C");
  await expect(suggestions.getByRole("option").first()).toContainText("python.Commands");
  await checkAccessibility("editor-completion");
  await page.keyboard.press("Enter");
  await expect(editor.line("type: io.kestra.plugin.scripts.python.Commands")).toBeVisible();

  await page.keyboard.press("Enter");
  await page.keyboard.type("outputFile");
  await expect(suggestions.getByRole("option", { name: /^outputFiles/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.type("ss: [a.txt]");
  await expect(problems(page)).toContainText("2 errors");
  await problems(page).getByRole("button", { name: "Show every problem" }).click();
  const problemAt = (place: string) =>
    problems(page).getByRole("listitem").filter({ hasText: place });
  await expect(problemAt("6:5")).toContainText("outputFiles");
  await editor.goToEndOf(6);
  await page.keyboard.press("Enter");
  await page.keyboard.type("comands: [echo]");
  await expect(problemAt("7:5")).toContainText("commands");
  await checkAccessibility("editor-problems");

  // One by the button, one by the keyboard where the problem is.
  await problemAt("7:5").getByRole("button", { name: "Fix" }).click();
  await expect(editor.line("commands: [echo]")).toBeVisible();
  await editor.goToEndOf(6);
  await page.keyboard.press("Home");
  await page.keyboard.press("Control+.");
  await page
    .getByRole("option", { name: /outputFiles/ })
    .or(page.getByRole("menuitem", { name: /outputFiles/ }))
    .first()
    .click();
  await expect(editor.line("outputFiles: [a.txt]")).toBeVisible();
  await expect(problems(page)).toContainText("No problems");

  await editor.line("outputFiles").getByText("outputFiles").hover();
  await expect(page.getByRole("tooltip").or(page.locator(".monaco-hover")).first()).toContainText(
    /file/i,
  );
});

test("what is not saved is not lost by going elsewhere", async ({
  page,
  api,
  namespace,
  editor,
  checkAccessibility,
}) => {
  await api.saveFlow(greeting(namespace, "one"));
  await page.goto(`/flows/${namespace}/greeting`);
  await editor.goToEndOf(6);
  await page.keyboard.type(" and two");
  await expect(page.getByText("● unsaved")).toBeVisible();
  await page.getByRole("link", { name: "Executions" }).first().click();
  const leaving = page.getByRole("dialog", { name: "Your changes are not saved" });
  await checkAccessibility("leave-unsaved");
  await leaving.getByRole("button", { name: "Stay" }).click();
  await expect(editor.line("message: one and two")).toBeVisible();

  // Going to the flow's other views is no leaving.
  await page.getByRole("link", { name: "Revisions" }).click();
  await expect(page.getByRole("list", { name: "Revisions" })).toBeVisible();
  await page.getByRole("link", { name: "Source" }).click();
  await expect(editor.line("message: one and two")).toBeVisible();

  const asked = page.waitForEvent("dialog");
  await page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.dismiss();
  await expect(editor.line("message: one and two")).toBeVisible();

  await page
    .getByRole("navigation", { name: "Pages" })
    .getByRole("link", { name: /Executions/ })
    .click();
  await leaving.getByRole("button", { name: "Save and leave" }).click();
  await expect(page).toHaveURL("/executions");
  await page.goto(`/flows/${namespace}/greeting`);
  await expect(page.getByText("revision 2")).toBeVisible();
  await expect(editor.line("message: one and two")).toBeVisible();
});

test("a stale tab overwrites nothing unseen, and every revision can be compared and taken back", async ({
  page,
  api,
  namespace,
  editor,
  checkAccessibility,
}) => {
  await api.saveFlow(greeting(namespace, "first"));
  await page.goto(`/flows/${namespace}/greeting`);
  await editor.goToEndOf(6);
  await page.keyboard.type(" mine");
  await api.saveFlow(greeting(namespace, "theirs"));
  await page.keyboard.press("Control+S");
  const conflict = page.getByRole("alert").filter({ hasText: "was saved elsewhere" });
  await expect(conflict).toContainText("Revision 2 was saved elsewhere; this is revision 1.");
  await conflict.getByRole("button", { name: "See the difference" }).click();
  const comparison = page.getByRole("dialog", { name: "Revision 2 and what you wrote" });
  await expect(comparison).toContainText("message: theirs");
  await expect(comparison).toContainText("message: first mine");
  await checkAccessibility("conflict-difference");
  await comparison.getByRole("button", { name: "Save mine over it" }).click();
  await expect(page.getByText("revision 3")).toBeVisible();
  await expect(conflict).toBeHidden();

  await editor.goToEndOf(6);
  await page.keyboard.type(" again");
  await api.saveFlow(greeting(namespace, "theirs again"));
  await page.keyboard.press("Control+S");
  await conflict.getByRole("button", { name: "Drop mine, load 4" }).click();
  await expect(page.getByText("revision 4")).toBeVisible();
  expect(await editor.text()).toBe(greeting(namespace, "theirs again"));

  await page.getByRole("link", { name: "Revisions" }).click();
  const list = page.getByRole("list", { name: "Revisions" });
  await expect(list.getByRole("listitem")).toHaveCount(4);
  await list.getByRole("button", { name: /^3/ }).click();
  const difference = page.getByRole("main");
  await expect(difference).toContainText("message: theirs");
  await expect(difference).toContainText("message: first mine");
  await checkAccessibility("revisions");
  await list.getByRole("button", { name: /^1/ }).click();
  await page.getByRole("button", { name: "Restore 1" }).click();
  await expect(page.getByText("revision 5", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "Source" }).click();
  expect(await editor.text()).toBe(greeting(namespace, "first"));
});
