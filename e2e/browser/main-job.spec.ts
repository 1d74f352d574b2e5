import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { seedConfig, seedShell } from "./seed-flows.ts";
import { chooseConnection, CLUSTER, downloadOf, expect, test } from "./test.ts";

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

test("from an empty editor to a pod and back: the file that comes down is the file that went up", async ({
  page,
  namespace,
  editor,
  checkAccessibility,
}) => {
  const bytes = randomBytes(300_000);
  await page.goto("/");
  await page.getByRole("link", { name: "New flow" }).click();
  await expect(page).toHaveURL("/flows/new");
  await editor.paste(seedShell(namespace, ""));
  await expect(page.getByRole("region", { name: "Problems" })).toContainText("No problems");
  await checkAccessibility("new-flow");
  await page.keyboard.press("Control+S");
  await expect(page).toHaveURL(`/flows/${namespace}/kubernetes_script_runner`);
  await expect(page.getByText("revision 1")).toBeVisible();

  await page.getByRole("button", { name: "Execute" }).click();
  const form = page.getByRole("dialog", { name: "Execute kubernetes_script_runner" });
  const choosing = page.waitForEvent("filechooser");
  await form.getByText("Choose", { exact: true }).click();
  const chooser = await choosing;
  await chooser.setFiles({
    name: "noise.bin",
    mimeType: "application/octet-stream",
    buffer: bytes,
  });
  await expect(form.getByText("noise.bin")).toBeVisible();
  await chooseConnection(page, CLUSTER);
  await checkAccessibility("execute");
  await page.keyboard.press("Control+Enter");

  await expect(page).toHaveURL(/\/executions\/[\w-]+$/);
  await expect(page.getByRole("main")).toContainText(CLUSTER);
  await expect(page.getByRole("list", { name: "Tasks" })).toContainText("shell");
  await expect(page.getByLabel("Lines of the log")).toContainText("copying 300000 bytes");
  await expect(page.getByText("Success", { exact: true })).toBeVisible();
  await expect(page.getByText(/^Complete/)).toBeVisible();
  await checkAccessibility("execution-success");

  const { name, path } = await downloadOf(
    page,
    page.getByRole("link", { name: "Download out.txt" }),
  );
  expect(name).toBe("out.txt");
  const copied = await readFile(path);
  expect(copied.length).toBe(bytes.length);
  expect(sha256(copied)).toBe(sha256(bytes));
});

test("on a phone, a flow that brings the cluster's kubeconfig values runs there", async ({
  page,
  api,
  cluster,
  namespace,
  checkAccessibility,
}) => {
  const bytes = randomBytes(5000);
  await page.setViewportSize({ width: 390, height: 844 });
  await api.saveFlow(seedShell(namespace, seedConfig(cluster.credentials)));
  await page.goto(`/flows?namespace=${namespace}`);
  await checkAccessibility("phone-flows");
  await page.getByRole("link", { name: "kubernetes_script_runner" }).click();
  await expect(page.getByRole("link", { name: "Revisions" })).toBeVisible();
  await page.getByRole("button", { name: "Execute" }).click();
  const form = page.getByRole("dialog", { name: "Execute kubernetes_script_runner" });
  await form
    .getByLabel("file", { exact: false })
    .first()
    .setInputFiles({ name: "small.bin", mimeType: "application/octet-stream", buffer: bytes });
  await expect(form.getByText("5.0 KB")).toBeVisible();
  await expect(form.getByRole("combobox", { name: "Run on" })).toHaveText("What the flow says");
  await checkAccessibility("phone-execute");
  await form.getByRole("button", { name: "Execute" }).click();

  await expect(page.getByText("Success", { exact: true })).toBeVisible();
  await expect(page.getByLabel("Lines of the log")).toContainText("copying 5000 bytes");
  await checkAccessibility("phone-execution");
  await page.getByRole("button", { name: "Outputs and time" }).click();
  const { path } = await downloadOf(page, page.getByRole("link", { name: "Download out.txt" }));
  expect(sha256(await readFile(path))).toBe(sha256(bytes));
  for (const screen of [
    "/executions",
    "/connections",
    `/flows/${namespace}/kubernetes_script_runner`,
  ]) {
    await page.goto(screen);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, `${screen} is wider than the phone`).toBe(0);
  }
});
