import { chooseConnection, CLUSTER, CLUSTER_ID, expect, test } from "./test.ts";

const FLOWS = [
  { id: "shell_in_a_pod", ends: "SUCCESS", says: /^Copied 11 bytes on / },
  { id: "python_in_a_pod", ends: "SUCCESS", says: /^Hello from a Kubernetes runner!$/ },
  { id: "pass_outputs", ends: "SUCCESS", says: /^The first 10 square numbers add up to 385/ },
  { id: "retry_a_task", ends: "WARNING", says: /^The execution went on\.$/ },
  { id: "inputs_of_every_type", ends: "SUCCESS", says: /^3: Hello, Ada Lovelace$/ },
];

test("the five flows of the tutorial are there at the first start", async ({
  page,
  checkAccessibility,
}) => {
  await page.goto("/flows?namespace=tutorial");
  const list = page.getByRole("table", { name: "Flows" });
  for (const { id } of FLOWS) await expect(list.getByRole("link", { name: id })).toBeVisible();
  await checkAccessibility("tutorial");
  await list.getByRole("button", { name: "Execute inputs_of_every_type" }).click();
  await expect(page.getByRole("textbox", { name: /^greeting\.text/ })).toBeVisible();
  await checkAccessibility("tutorial-inputs");
  await chooseConnection(page, CLUSTER);
  await page.keyboard.press("Control+Enter");
  await expect(page).toHaveURL(/\/executions\//);
  await expect(page.getByText("Success", { exact: true })).toBeVisible();
  await expect(page.getByLabel("Lines of the log")).toContainText("3: Hello, Ada Lovelace");
  await checkAccessibility("execution-several-tasks");
});

for (const [place, connection] of [
  ["this machine", "this-machine"],
  ["the cluster", CLUSTER_ID],
] as const) {
  test(`every flow of the tutorial runs on ${place}`, async ({ page, api }) => {
    const runs = FLOWS.map(async ({ id, ends, says }) => {
      const files: Record<string, Blob> =
        id === "shell_in_a_pod" ? { file: new Blob(["eleven byte"]) } : {};
      const execution = await api.executeToEnd("tutorial", id, { connection, files });
      const lines = await api.logLines(execution.id);
      expect(execution.state.current, `${id}\n${lines.join("\n")}`).toBe(ends);
      expect(
        lines.some((line) => says.test(line)),
        `${id}\n${lines.join("\n")}`,
      ).toBe(true);
      return execution.id;
    });
    const ids = await Promise.all(runs);
    await page.goto("/executions?namespace=tutorial");
    for (const id of ids) {
      await expect(page.getByTitle(id)).toBeVisible();
    }
  });
}
