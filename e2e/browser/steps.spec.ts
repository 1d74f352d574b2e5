import { CLUSTER_ID, expect, test } from "./test.ts";

test("a task's pod shows its steps while they are taken, and each with its time in the end", async ({
  page,
  api,
  namespace,
  checkAccessibility,
}) => {
  await api.saveFlow(`id: steps
namespace: ${namespace}
inputs:
  - id: file
    type: FILE
tasks:
  - id: work
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: busybox
    taskRunner:
      type: io.kestra.plugin.kubernetes.runner.KubernetesTaskRunner
      pullPolicy: IfNotPresent
    inputFiles:
      data.bin: "{{ inputs.file }}"
    outputFiles: ["*.bin", "*.csv"]
    commands:
      - cp data.bin copy.bin
      - sleep 6
`);
  // So that the browser is awake when the task begins.
  await page.goto("/executions");
  const file = new Blob([Buffer.alloc(4 * 1024 ** 2, "x")]);
  const id = await api.execute(namespace, "steps", { connection: CLUSTER_ID, files: { file } });
  await page.goto(`/executions/${id}`);
  const steps = page.getByRole("region", { name: "Steps" });
  const step = (name: string) => steps.getByRole("listitem").filter({ hasText: name });
  await expect(step("Running")).toHaveAttribute("aria-current", "step");
  await expect(step("Files in")).toContainText("4.2 MB");
  await expect(step("Pod removed").getByRole("img")).toHaveAccessibleName("to come");
  await expect(step("Files out")).toContainText("2 files, 8.4 MB");
  await expect(step("Running")).toContainText(/for \d\.\d s/);
  const TIME = /\d\d:\d\d:\d\d/;
  for (const name of [
    "Pod created",
    "Scheduled",
    "Image pulled",
    "Files in",
    "Running",
    "Files out",
    "Pod removed",
  ]) {
    await expect(step(name).getByRole("img")).toHaveAccessibleName("done");
    await expect(step(name)).toContainText(TIME);
  }
  await expect(page.getByRole("region", { name: "Where the time went" })).toContainText(
    "Your code",
  );
  await expect(page.getByLabel("Lines of the log")).toContainText("no file matches `*.csv`");
  await checkAccessibility("steps");
});
