import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { startCluster } from "#e2e/cluster/cluster.ts";
import { startProduct } from "#e2e/product.ts";

/**
 * One product and one cluster for all browser tests; each test has flows of its own. A product that
 * runs already is used when PODFLOW_TEST_URL names it (and PODFLOW_TEST_DATABASE its database).
 */
export default async function setup(): Promise<() => Promise<void>> {
  const cluster = await startCluster({ log: (line) => process.stderr.write(`${line}\n`) });
  process.env["PODFLOW_TEST_CLUSTER"] = cluster.kubeconfigPath;
  process.env["PODFLOW_TEST_CONTEXT"] = currentContext(cluster.kubeconfigPath);
  if (process.env["PODFLOW_TEST_URL"]) return () => cluster.stop();
  const product = await startProduct({
    // No test asks anything of the internet.
    environment: { KUBECONFIG: cluster.kubeconfigPath, PODFLOW_CHECK_IMAGES: "false" },
  });
  process.env["PODFLOW_TEST_URL"] = product.url;
  process.env["PODFLOW_TEST_DATABASE"] = product.databaseUrl;
  return async () => {
    await product.stop();
    await cluster.stop();
  };
}

function currentContext(path: string): string {
  // A kubeconfig has this shape.
  const config = parse(readFileSync(path, "utf8")) as { "current-context": string };
  return config["current-context"];
}
