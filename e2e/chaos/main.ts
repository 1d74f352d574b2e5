import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openLog } from "#lib/config/log.ts";
import { runChaos } from "./chaos.ts";

const USAGE = `npm run chaos [-- --runs N] [--seed S] [--at-once N]

Runs small flows on a cluster of its own, and breaks something once in each: a worker, the API server,
containerd, the kubelet, the network, the log, the node, the pod. Judges what became of each.
`;
const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "300" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    "at-once": { type: "string", default: "6" },
    help: { type: "boolean" },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
if (values.help === true) {
  say(USAGE);
  process.exit(0);
}
openLog("chaos", "error");
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    say("No more runs begin; those that have begun go on to their end.");
    interrupted.abort();
  });
}
const seed = Number(values.seed);
say(`Seed ${seed}: repeat it with --seed ${seed} --runs ${values.runs}`);
const verdicts = await runChaos({
  runs: Number(values.runs),
  seed,
  atOnce: Number(values["at-once"]),
  say,
  signal: interrupted.signal,
  onWrong: (folder) => {
    const kept = join(mkdtempSync(join(tmpdir(), "podflow-chaos-log-")), "workers.log");
    cpSync(join(folder, "workers.log"), kept);
    say(`The workers' log is kept in ${kept}`);
  },
});
const wrong = verdicts.filter((verdict) => verdict.wrong.length > 0).length;
say(`${verdicts.length} runs, ${wrong} wrong (seed ${seed})`);
process.exit(wrong === 0 && verdicts.length > 0 ? 0 : 1);
