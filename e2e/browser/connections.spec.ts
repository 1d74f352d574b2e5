import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { parseAllDocuments } from "yaml";
import type { Api } from "#e2e/cluster/api.ts";
import {
  kubeconfigOfNobody,
  kubeconfigOfServiceAccount,
  kubeconfigWithBadToken,
  kubeconfigWithWrongCa,
} from "#e2e/cluster/faults.ts";
import { CLUSTER, expect, test } from "./test.ts";

interface Named {
  context: string;
  namespace?: string;
}

/** The kubeconfig with a name of the test's own for its context. */
async function textOf(path: string, { context, namespace = "default" }: Named): Promise<string> {
  // As kubeconfig.ts wrote it.
  const config = JSON.parse(await readFile(path, "utf8")) as {
    contexts: { name: string; context: Record<string, string> }[];
  };
  const contexts = config.contexts.map((each) => ({
    name: context,
    context: { ...each.context, namespace },
  }));
  return JSON.stringify({ ...config, contexts, "current-context": context }, null, 2);
}

async function importKubeconfig(page: Page, text: string): Promise<void> {
  await page.getByRole("button", { name: "Import kubeconfig" }).click();
  const dialog = page.getByRole("dialog", { name: "Import a kubeconfig" });
  await dialog.getByRole("textbox", { name: /^kubeconfig/ }).fill(text);
  await dialog.getByRole("button", { name: "Import", exact: true }).click();
}

const rowOf = (page: Page, name: string): Locator =>
  page.getByRole("row").filter({ has: page.getByRole("button", { name, exact: true }) });

async function removeConnection(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `More actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await page
    .getByRole("dialog", { name: `Delete ${name}?` })
    .getByRole("button", { name: "Delete" })
    .click();
  await expect(rowOf(page, name)).toBeHidden();
}

async function useByDefault(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `More actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: "Use by default" }).click();
  await expect(rowOf(page, name).getByRole("cell").first()).toContainText("default");
}

/** Makes of the YAML that the page shows what an administrator would, for this account. */
async function applyRbac(cluster: Api, yaml: string, account: string): Promise<void> {
  for (const document of parseAllDocuments(yaml)) {
    // What kubectl would send; its kinds are checked by the API server.
    const object = document.toJS() as {
      kind: string;
      metadata: { namespace: string };
      subjects?: { name: string }[];
    };
    for (const subject of object.subjects ?? []) subject.name = account;
    const kinds = `${object.kind.toLowerCase()}s`;
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${object.metadata.namespace}/${kinds}`;
    const { status, text } = await cluster.call("POST", path, object);
    expect(status, text).toBe(201);
  }
}

test("a cluster is checked; an account that may too little is told what to apply, and then it is ready", async ({
  page,
  cluster,
  namespace,
  checkAccessibility,
}, testInfo) => {
  await page.goto("/connections");
  await page.getByRole("button", { name: `Check ${CLUSTER}` }).click();
  await expect(rowOf(page, CLUSTER)).toContainText("Ready");
  await expect(rowOf(page, CLUSTER)).toContainText(/v1\.\d+\.\d+/);
  await page.getByRole("button", { name: CLUSTER, exact: true }).click();
  await expect(page.getByRole("main")).toContainText("create pods/exec");
  await checkAccessibility("connections", "everything");
  await page.getByRole("button", { name: CLUSTER, exact: true }).click();
  await expect(rowOf(page, "This machine")).toContainText("processes, no cluster");

  await cluster.call("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
  const account = { namespace, name: "limited" };
  const path = await kubeconfigOfServiceAccount(cluster, testInfo.outputDir, account);
  const name = `limited-${namespace}`;
  await importKubeconfig(page, await textOf(path, { context: name, namespace }));
  await expect(rowOf(page, name)).toContainText("Limited");
  await page.getByRole("button", { name, exact: true }).click();
  const main = page.getByRole("main");
  await expect(main).toContainText(
    `lacks permissions in the namespace "${namespace}": create pods`,
  );
  await expect(main.getByRole("listitem").filter({ hasText: "Missing:" })).toHaveCount(8);
  await checkAccessibility("connection-limited");
  const rbac = page.getByRole("region", { name: "Permissions to apply" });
  await applyRbac(cluster, await rbac.locator("pre").innerText(), "limited");
  await page.getByRole("button", { name: `Check ${name}` }).click();
  await expect(rowOf(page, name)).toContainText("Ready");
  await expect(rbac).toBeHidden();
  await removeConnection(page, name);
  await cluster.call("DELETE", `/api/v1/namespaces/${namespace}`);
});

test("another connection is used by default, also after a reload, until one is chosen again", async ({
  page,
  namespace,
}) => {
  // The same cluster under another name, so that a test beside this one runs where it would have.
  const name = `copy-${namespace}`;
  const path = process.env["PODFLOW_TEST_CLUSTER"] ?? "";
  await page.goto("/connections");
  const first = (row: string) => rowOf(page, row).getByRole("cell").first();
  await expect(first(CLUSTER)).toContainText("default");
  await importKubeconfig(page, await textOf(path, { context: name }));
  await expect(rowOf(page, name)).toContainText("Ready");
  await expect(first(name)).not.toContainText("default");
  await useByDefault(page, name);
  await expect(first(CLUSTER)).not.toContainText("default");
  await page.reload();
  await expect(first(name)).toContainText("default");
  await page.getByRole("button", { name: `More actions for ${name}` }).click();
  await expect(page.getByRole("menuitem", { name: "Use by default" })).toBeDisabled();
  await page.keyboard.press("Escape");
  await useByDefault(page, CLUSTER);
  await expect(first(name)).not.toContainText("default");
});

test("a login that cannot work says why in a sentence of its own", async ({
  page,
  cluster,
  namespace,
  checkAccessibility,
}, testInfo) => {
  const folder = testInfo.outputDir;
  const faults = [
    [
      "wrong-ca",
      "Refused",
      await kubeconfigWithWrongCa(cluster, folder),
      "is not signed by the authority of the connection",
    ],
    [
      "bad-token",
      "Refused",
      await kubeconfigWithBadToken(cluster, folder),
      "does not accept the login",
    ],
    [
      "nobody",
      "Unreachable",
      await kubeconfigOfNobody(cluster, folder),
      "Nothing listens at the API server's address",
    ],
  ] as const;
  await page.goto("/connections");
  for (const [kind, label, path, sentence] of faults) {
    const name = `${kind}-${namespace}`;
    await importKubeconfig(page, await textOf(path, { context: name }));
    await expect(rowOf(page, name)).toContainText(label);
    await expect(rowOf(page, name)).toContainText(sentence);
  }
  await checkAccessibility("connections-unreachable");
  for (const [kind] of faults) await removeConnection(page, `${kind}-${namespace}`);

  // One that would run a program on this machine, taken from a file.
  const config = JSON.parse(await textOf(faults[1][2], { context: "runs" })) as object;
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "touch",
    args: ["/tmp/never"],
  };
  const text = JSON.stringify({ ...config, users: [{ name: "user", user: { exec } }] });
  await page.getByRole("button", { name: "Import kubeconfig" }).click();
  const dialog = page.getByRole("dialog", { name: "Import a kubeconfig" });
  const choosing = page.waitForEvent("filechooser");
  await dialog.getByRole("button", { name: "Choose a file" }).click();
  await (
    await choosing
  ).setFiles({ name: "config", mimeType: "text/yaml", buffer: Buffer.from(text) });
  await dialog.getByRole("button", { name: "Import", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText(/program/);
  await checkAccessibility("import-refused");
  await dialog.getByRole("textbox", { name: /^kubeconfig/ }).fill("a: [1");
  await dialog.getByRole("button", { name: "Import", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText("It is no YAML");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(rowOf(page, "runs")).toBeHidden();
});
