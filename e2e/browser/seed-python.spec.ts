import type { Api } from "#e2e/cluster/api.ts";
import { seedPython } from "./seed-flows.ts";
import { chooseConnection, CLUSTER, expect, test } from "./test.ts";

interface Resources {
  requests?: Record<string, string>;
}

/** The resources of the pod's container that runs the user's image; null while there is no pod. */
async function resourcesOfPod(cluster: Api, namespace: string): Promise<Resources | null> {
  const query = new URLSearchParams({ labelSelector: `kestra.io/namespace=${namespace}` });
  const { text } = await cluster.call("GET", `/api/v1/namespaces/default/pods?${query}`);
  // The API server's own answer for a list of pods.
  const { items } = JSON.parse(text) as {
    items: { spec: { containers: { image: string; resources: Resources }[] } }[];
  };
  const main = items[0]?.spec.containers.find(({ image }) => image.includes("pydata"));
  return main?.resources ?? null;
}

test("the seed's Python example runs in its real image, with the resources it asks for", async ({
  page,
  api,
  cluster,
  namespace,
  checkAccessibility,
}) => {
  await api.saveFlow(seedPython(namespace));
  await page.goto(`/flows/${namespace}/kubernetes_script_runner?execute=true`);
  await chooseConnection(page, CLUSTER);
  const requests = expect
    .poll(() => resourcesOfPod(cluster, namespace), { intervals: [50] })
    .toMatchObject({ requests: { cpu: "500m", memory: "128Mi" } });
  await page.keyboard.press("Control+Enter");
  await expect(page).toHaveURL(/\/executions\//);
  await requests;

  const log = page.getByLabel("Lines of the log");
  await expect(log).toContainText("Hello from a Kubernetes runner!");
  await expect(log).toContainText(/Python version: 3\.\d+\.\d+/);
  await expect(page.getByText("Success", { exact: true })).toBeVisible();

  const outputs = page.getByRole("region", { name: "Outputs" });
  for (const name of ["host", "platform", "os_arch", "python_version"]) {
    await expect(outputs.getByRole("button", { name: new RegExp(`^${name} `) })).toBeVisible();
  }
  await expect(outputs.getByRole("button", { name: /^os_arch / })).toContainText("linux/");
  await outputs.getByRole("button", { name: /^environment_info\.json/ }).click();
  const preview = page.getByRole("dialog", { name: "environment_info.json" });
  await expect(preview.locator("pre")).toHaveText(
    /^\{\s+"host": "[\w-]+",\s+"platform": "Linux-.+",\s+"os_arch": "linux\/\w+",\s+"python_version": "3\.\d+\.\d+"\s+\}$/,
  );
  await checkAccessibility("preview-json");
});
