import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import type { Api } from "#e2e/cluster/api.ts";
import { CLUSTER_ID, downloadOf, expect, test } from "./test.ts";

const THIS_MACHINE = "this-machine";

const state = (page: Page, name: string) => page.getByText(name, { exact: true });
const log = (page: Page) => page.getByLabel("Lines of the log");
const row = (page: Page, task: string) =>
  page.getByRole("list", { name: "Tasks" }).getByRole("button", { name: new RegExp(`^${task} `) });

async function podsOf(cluster: Api, executionId: string): Promise<number> {
  const labelSelector = `podflow.dev/execution-id=${executionId}`;
  const { text } = await cluster.call(
    "GET",
    `/api/v1/pods?${new URLSearchParams({ labelSelector })}`,
  );
  // The API server's own answer for a list of pods.
  const { items } = JSON.parse(text) as { items: unknown[] };
  return items.length;
}

test("a failed task says with which code, what to do and where, and what comes after it does not run", async ({
  page,
  api,
  namespace,
  editor,
  checkAccessibility,
}) => {
  await api.saveFlow(`id: fails
namespace: ${namespace}
tasks:
  - id: before
    type: io.kestra.plugin.core.log.Log
    message: it begins well
  - id: breaks
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: busybox
    commands:
      - echo about to break
      - echo "no such report" >&2
      - nosuchprogram
  - id: after
    type: io.kestra.plugin.core.log.Log
    message: never said
`);
  const id = await api.execute(namespace, "fails", { connection: CLUSTER_ID });
  await page.goto(`/executions/${id}`);
  await expect(state(page, "Failed")).toBeVisible();
  const main = page.getByRole("main");
  await expect(main).toContainText("exit code 127");
  await expect(main).toContainText("install it in the image, or correct its name");
  await expect(row(page, "after")).toContainText("not run");
  await expect(log(page)).toContainText("no such report");
  await expect(log(page)).toContainText("it begins well");
  await checkAccessibility("execution-failed");

  const blackBox = page.getByRole("link", { name: "Download the pod's black box" });
  const kept = await downloadOf(page, blackBox);
  expect(kept.name).toBe("breaks-black-box-1.yaml");
  const told = await readFile(kept.path, "utf8");
  for (const part of ["kind: Pod", "exitCode: 127", "about to break", "reason: Scheduled"]) {
    expect(told).toContain(part);
  }

  await row(page, "before").click();
  await expect(log(page)).not.toContainText("no such report");
  await row(page, "after").click();
  await expect(page.getByText("after did not run.")).toBeVisible();
  await page.getByRole("link", { name: "Edit line 7" }).click();
  await expect(editor.field).toBeFocused();
  await page.keyboard.press("End");
  await page.keyboard.type("_here");
  await expect(editor.line("id: breaks_here")).toBeVisible();
  await page.keyboard.press("Control+Z");
});

test("a pod that no node has room for says so while it waits, and can be killed", async ({
  page,
  api,
  cluster,
  namespace,
  checkAccessibility,
}) => {
  await api.saveFlow(`id: too_large
namespace: ${namespace}
tasks:
  - id: wants_much
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: busybox
    taskRunner:
      type: io.kestra.plugin.kubernetes.runner.KubernetesTaskRunner
      resources:
        request:
          cpu: "900"
    commands: [echo never]
`);
  const id = await api.execute(namespace, "too_large", { connection: CLUSTER_ID });
  await page.goto(`/executions/${id}`);
  const notice = page.getByRole("alert").filter({ hasText: "wants_much waits" });
  await expect(notice).toContainText("no node has enough free cpu");
  await expect(notice.locator("code")).toContainText("Insufficient cpu");
  await expect(row(page, "wants_much")).toContainText(/pending \d+:\d\d/);
  await checkAccessibility("execution-pending");
  await page.getByRole("button", { name: "Kill" }).click();
  const asking = page.getByRole("dialog", { name: "Kill this execution?" });
  await checkAccessibility("execution-kill");
  await asking.getByRole("button", { name: "Kill" }).click();
  await expect(state(page, "Killed")).toBeVisible();
  await expect.poll(() => podsOf(cluster, id)).toBe(0);
});

test("a running pod that is killed keeps the log that it had", async ({
  page,
  api,
  cluster,
  namespace,
}) => {
  await api.saveFlow(`id: endless
namespace: ${namespace}
tasks:
  - id: sleeps
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: busybox
    commands: [echo going to sleep, sleep 600]
`);
  const id = await api.execute(namespace, "endless", { connection: CLUSTER_ID });
  await page.goto(`/executions/${id}`);
  await expect(log(page)).toContainText("going to sleep");
  await page.getByRole("button", { name: "Kill" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Kill" }).click();
  await expect(state(page, "Killed")).toBeVisible();
  await expect(log(page)).toContainText("going to sleep");
  await expect.poll(() => podsOf(cluster, id)).toBe(0);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page).toHaveURL("/executions");
  await page.goto(`/executions/${id}`);
  await expect(page.getByRole("main")).toContainText(/not (found|there)|no (such|execution)/i);
});

test("an image that does not exist fails at once and says so", async ({ page, api, namespace }) => {
  await api.saveFlow(`id: no_image
namespace: ${namespace}
tasks:
  - id: pulls
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: ghcr.io/kestra-io/nosuch:1
    commands: [echo never]
`);
  const id = await api.execute(namespace, "no_image", { connection: CLUSTER_ID });
  await page.goto(`/executions/${id}`);
  await expect(state(page, "Failed")).toBeVisible();
  await expect(page.getByText("Complete", { exact: true })).toBeVisible();
  const main = page.getByRole("main");
  await expect(main).toContainText(
    'the image "ghcr.io/kestra-io/nosuch:1" does not exist in its registry.',
  );
  await expect(main).toContainText("Correct the name or the tag in containerImage");
  const log = page.getByRole("region", { name: "Log", exact: true });
  await expect(log.getByText("Podflow:")).toBeVisible();
  await expect(log).toContainText("0 lines, 0 B, nothing missing");
  await log.getByText("Details").click();
  await expect(log).toContainText(/SHA-256 of its lines\s*e3b0c44298fc1c149afbf4c8996fb924/);
});

test("each attempt of a task that is tried again has its place and its log", async ({
  page,
  api,
  namespace,
}) => {
  await api.saveFlow(`id: tries
namespace: ${namespace}
tasks:
  - id: unsteady
    type: io.kestra.plugin.scripts.shell.Commands
    retry: { type: constant, interval: PT0.2S, maxAttempt: 3 }
    commands:
      - echo "this is {{ taskrun.attemptsCount }}"
      - test {{ taskrun.attemptsCount }} = 2
`);
  const id = await api.execute(namespace, "tries", { connection: THIS_MACHINE });
  await page.goto(`/executions/${id}`);
  await expect(state(page, "Success")).toBeVisible();
  await expect(row(page, "unsteady")).toContainText("attempt 3");
  for (const n of [0, 1, 2]) await expect(log(page)).toContainText(`this is ${n}`);
  await row(page, "unsteady").click();
  await page.getByRole("button", { name: /^Attempt/ }).click();
  await page.getByRole("menuitem", { name: "attempt 2" }).click();
  await expect(log(page)).toContainText("this is 1");
  await expect(log(page)).not.toContainText("this is 0");
  await expect(page).toHaveURL(/attempt=2/);
});

const DOT =
  "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FAAhKDveksOjmAAAAAElFTkSuQmCC";

test("what a task made is shown: text, JSON, a table, an image; and all of it comes as one zip", async ({
  page,
  api,
  namespace,
  checkAccessibility,
}) => {
  await api.saveFlow(`id: makes
namespace: ${namespace}
tasks:
  - id: make
    type: io.kestra.plugin.scripts.shell.Commands
    outputFiles: ["*.*"]
    commands:
      - echo "some words" > notes.txt
      - echo '{"b":1,"a":[2,3]}' > data.json
      - printf 'name,count\\n"a, b",1\\nc,2\\n' > table.csv
      - echo '${DOT}' | base64 -d > dot.png
      - printf '\\000\\001\\002' > raw.bin
      - echo '::{"outputs":{"total":42,"names":["x","y"]},"metrics":[{"name":"rows","type":"counter","value":7}]}::'
`);
  const id = await api.execute(namespace, "makes", { connection: THIS_MACHINE });
  await page.goto(`/executions/${id}`);
  await expect(state(page, "Success")).toBeVisible();
  const outputs = page.getByRole("region", { name: "Outputs" });
  const preview = async (name: string) => {
    await outputs.getByRole("button", { name: new RegExp(`^${name}`) }).click();
    return page.getByRole("dialog", { name });
  };
  const close = () => page.keyboard.press("Escape");
  await expect((await preview("notes.txt")).locator("pre")).toHaveText("some words");
  await close();
  await expect((await preview("data.json")).locator("pre")).toHaveText(
    /"b": 1,\s+"a": \[\s+2,\s+3\s+\]/,
  );
  await close();
  const table = (await preview("table.csv")).getByRole("table");
  await expect(table.getByRole("columnheader")).toHaveText(["name", "count"]);
  await expect(table.getByRole("cell")).toHaveText(["a, b", "1", "c", "2"]);
  await checkAccessibility("preview-csv");
  await close();
  const image = (await preview("dot.png")).getByRole("img", { name: "Preview of dot.png" });
  await expect(image).toBeVisible();
  expect(
    await image.evaluate((element) => element instanceof HTMLImageElement && element.naturalWidth),
  ).toBe(10);
  await close();
  await expect((await preview("raw.bin")).getByText("cannot be shown here")).toBeVisible();
  await close();
  await expect(outputs.getByRole("button", { name: /^total/ })).toContainText("42");
  await outputs.getByRole("button", { name: /^names/ }).click();
  await expect(page.getByRole("dialog", { name: "names" })).toContainText('"y"');
  await close();
  await expect(page.getByRole("region", { name: "Metrics" })).toContainText("rows");

  const zip = await downloadOf(page, outputs.getByRole("link", { name: "All" }));
  const bytes = await readFile(zip.path);
  expect(zip.name).toMatch(/\.zip$/);
  for (const name of ["notes.txt", "data.json", "table.csv", "dot.png", "raw.bin"]) {
    expect(bytes.includes(name), `${name} is in the zip`).toBe(true);
  }
});
