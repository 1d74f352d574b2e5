import { setTimeout as pause } from "node:timers/promises";
import type { CountingProxy } from "./counting-proxy.ts";
import { SCRIPT } from "./floor.ts";
import { type Bench, NAMESPACE, shellFlow } from "./product-bench.ts";
import { plainRow, type Row } from "./row.ts";

/** What reached the API server for each task run, the connection's own watch and list among it. */
export async function measureRequests(
  { api }: Bench,
  proxy: CountingProxy,
  rounds: number,
): Promise<{ row: Row; told: string }> {
  await api.saveFlow(shellFlow("counted", SCRIPT));
  const before = proxy.requests.length;
  for (let round = 0; round < rounds; round += 1) {
    const execution = await api.executeToEnd(NAMESPACE, "counted", {
      connection: "context:counted",
    });
    if (execution.state.current !== "SUCCESS")
      throw new Error(`counted ended ${execution.state.current}`);
  }
  // The pod is removed after the end was told.
  await pause(1000);
  const made = proxy.requests.slice(before);
  const counts = Map.groupBy(made, (one) => one);
  const told = [...counts].map(([what, all]) => `  ${all.length} × ${what}`).join("\n");
  const value = made.length / rounds;
  return {
    row: plainRow("API requests per task run without files", "", { value, atMost: 8 }),
    told,
  };
}
