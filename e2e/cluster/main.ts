import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startCluster } from "./cluster.ts";
import { attach, findKeeper } from "./own/attach.ts";
import { logFolder } from "./own/paths.ts";
import { pinKubernetes } from "./own/pin.ts";

const USAGE = `npm run cluster [-- COMMAND] [--name NAME]

  up [--detach]  start a Kubernetes and say how to reach it; Ctrl-C, or "down", ends it
  down           end it, whoever uses it
  status         say what runs
  logs           print the last lines of every component
  pin VERSION    build Kubernetes VERSION, such as 1.37.2, from now on (writes node/go.mod)
`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function up(name: string, isDetached: boolean): Promise<void> {
  const began = performance.now();
  const cluster = await startCluster({ log: say, name });
  if (isDetached) {
    if (cluster.kind === "own") await keepRunning(name);
    else say(`A cluster of kind ${cluster.kind} stays until its own tool ends it.`);
  }
  say(`Ready after ${((performance.now() - began) / 1000).toFixed(1)} s. To reach it:`);
  say(`  export KUBECONFIG=${cluster.kubeconfigPath}`);
  if (cluster.registry) say(`Images: ${cluster.registry}`);
  if (cluster.logsDir) say(`Logs: ${cluster.logsDir}`);
  if (isDetached) {
    if (cluster.kind === "own") await cluster.stop();
    return;
  }
  say("Ctrl-C ends it.");
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.once(signal, () => resolve());
    // A timer, because nothing else keeps this process: the connection does not.
    setInterval(() => undefined, 2 ** 30);
  });
  await cluster.stop();
  say("Stopped.");
}

async function keepRunning(name: string): Promise<void> {
  const { connection } = await attach(name, say);
  await connection.ask({ op: "detach" });
  await connection.close();
}

async function down(name: string): Promise<void> {
  const connection = await findKeeper(name, say);
  await connection?.askToEnd("stop");
  say(connection ? "Stopped." : "No cluster runs.");
}

async function status(name: string): Promise<void> {
  const connection = await findKeeper(name, say);
  if (!connection) return say("No cluster runs.");
  const info = await connection.ask({ op: "status" });
  await connection.close();
  say(`KUBECONFIG=${info.kubeconfigPath}`);
  say(`images     ${info.registry}`);
  say(`logs       ${info.logsDir}`);
  say(
    `keeper     process ${info.keeperPid}, ${info.users} users${info.isDetached ? ", detached" : ""}`,
  );
  if (info.down.length > 0) say(`down       ${info.down.join(", ")}`);
}

async function logs(name: string): Promise<void> {
  const folder = logFolder(name);
  for (const file of await readdir(folder)) {
    const lines = (await readFile(join(folder, file), "utf8")).trimEnd().split("\n");
    say(`== ${join(folder, file)}\n${lines.slice(-15).join("\n")}`);
  }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { detach: { type: "boolean" }, name: { type: "string" }, help: { type: "boolean" } },
});
const [command = "up", version = ""] = positionals;
const name = values.name ?? "shared";
const commands: Record<string, () => Promise<void>> = {
  up: () => up(name, values.detach === true),
  down: () => down(name),
  status: () => status(name),
  logs: () => logs(name),
  pin: () => pinKubernetes(version),
};
const chosen = commands[command];
if (values.help === true || !chosen) {
  process.stdout.write(USAGE);
  process.exit(values.help === true ? 0 : 2);
}
try {
  await chosen();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
