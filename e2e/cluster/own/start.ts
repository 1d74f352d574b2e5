import type { Cluster } from "../contract.ts";
import { attach } from "./attach.ts";
import { controlBy } from "./control.ts";

/** Starts or joins the cluster of our own that has this name. */
export async function startOwnCluster(name: string, log: (line: string) => void): Promise<Cluster> {
  const { connection, info } = await attach(name, log);
  return {
    kind: "own",
    kubeconfigPath: info.kubeconfigPath,
    registry: info.registry,
    logsDir: info.logsDir,
    control: controlBy(connection),
    stop: () => connection.askToEnd("release"),
  };
}
