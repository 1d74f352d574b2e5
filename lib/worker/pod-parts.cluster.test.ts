import { afterAll, beforeAll, expect, test } from "vitest";
import { startCluster } from "#e2e/cluster/cluster.ts";
import type { Cluster } from "#e2e/cluster/contract.ts";
import { openStage, someExecution, someFlow, type Stage, taskOf } from "#e2e/executions/stage.ts";
import { logTexts, someWorker, untilEnded } from "#e2e/executions/worker-stage.ts";
import { openTestNamespace, type TestNamespace } from "#lib/runner/kubernetes/test-stage.ts";
import { readLog } from "#lib/executions/read-log.ts";
import type { Pod } from "#lib/runner/kubernetes/pod.ts";
import type { Worker } from "./worker.ts";

let cluster: Cluster;
let namespace: TestNamespace;
let stage: Stage;
let worker: Worker;

beforeAll(async () => {
  cluster = await startCluster({ log: (line) => process.stderr.write(`${line}\n`) });
  namespace = await openTestNamespace(cluster.kubeconfigPath);
  stage = await openStage();
  worker = someWorker(await namespace.runner());
});

afterAll(async () => {
  await worker.stop();
  await stage.close();
  await namespace.remove();
  await cluster.stop();
});

/** A flow with this runner, which begins in line 7. */
const run = async (runner: string, ...task: string[]): Promise<string> =>
  someExecution(
    await someFlow(
      "variables: {uid: 1000, mount: {name: data, mountPath: /data}}",
      "tasks:",
      ...taskOf(
        "work",
        "io.kestra.plugin.scripts.shell.Commands",
        "taskRunner:",
        "  type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes",
        ...runner
          .trim()
          .split("\n")
          .map((line) => `  ${line}`),
        "containerImage: busybox",
        ...task,
      ),
    ),
  );

const KEPT = `
pullPolicy: IF_NOT_PRESENT
delete: "{{ 1 == 2 }}"
annotations: { by: "{{ task.id }}" }
podSpec:
  volumes:
    - name: data
      emptyDir: {}
  containers:
    - name: never-ends
      image: busybox
      command: [sleep, "3600"]
containerSpec:
  env:
    - { name: WHERE, value: "{{ workingDir }}" }
  volumeMounts:
    - "{{ vars.mount }}"
containerDefaultSpec:
  imagePullPolicy: IfNotPresent
  securityContext: { runAsUser: "{{ vars.uid }}" }
`;

test("a flow of the paid edition runs, and with delete: false its pod stays with what never ends in it", async () => {
  const id = await run(
    KEPT,
    "outputFiles: [out.txt]",
    'commands: ["id -u; echo $WHERE; touch /data/x; echo out > out.txt"]',
  );
  const execution = await untilEnded(id);
  expect(execution).toMatchObject({ state: "SUCCESS", failure: null });
  expect(await logTexts(id)).toEqual(["1000", "/kestra/working-dir"]);
  expect(execution.taskRuns[0]?.files).toMatchObject([{ name: "out.txt", size: 4 }]);
  // The node may start the last container after main has ended.
  await expect
    .poll(states, { timeout: 90_000 })
    .toEqual([{ by: "work", files: "terminated", main: "terminated", "never-ends": "running" }]);
});

test("with delete: false a pod whose task took too long stays, and its program does not", async () => {
  const kept = "pullPolicy: IF_NOT_PRESENT\ndelete: false\nannotations: { by: late }";
  const id = await run(kept, "timeout: PT3S", 'commands: ["sleep 600"]');
  const { state, failure } = await untilEnded(id);
  expect({ state, kind: failure?.kind }).toEqual({ state: "FAILED", kind: "timeout" });
  const late = (await states()).filter(({ by }) => by === "late");
  expect(late).toEqual([{ by: "late", main: "terminated" }]);
});

test("what a flow put beside a task gets its time to end, once that is over", async () => {
  const beside = `
pullPolicy: IF_NOT_PRESENT
annotations: { by: beside }
podSpec:
  terminationGracePeriodSeconds: 60
  containers:
    - name: collector
      image: busybox
      imagePullPolicy: IfNotPresent
      command: [sh, -c, "trap 'sleep 8; exit 0' TERM; sleep 600 & wait"]
`;
  const id = await run(beside, 'commands: ["sleep 2"]');
  expect(await untilEnded(id)).toMatchObject({ state: "SUCCESS" });
  const graceOf = async (): Promise<number | undefined> => {
    const { items } = (await namespace.call("GET", "/pods")) as { items: Pod[] };
    return items.find(({ metadata }) => metadata.annotations?.["by"] === "beside")?.metadata
      .deletionGracePeriodSeconds;
  };
  await expect.poll(graceOf, { timeout: 90_000 }).toBe(60);
});

/** Of each pod, an annotation and how its containers are. */
async function states(): Promise<Record<string, string | undefined>[]> {
  // The API server's own answer to a list of pods.
  const { items } = (await namespace.call("GET", "/pods")) as { items: Pod[] };
  return items.map(({ metadata, status }) => ({
    by: metadata.annotations?.["by"],
    ...Object.fromEntries(
      (status?.containerStatuses ?? []).map(({ name, state = {} }) => [
        name,
        Object.keys(state)[0],
      ]),
    ),
  }));
}

test("a script that is longer than any argument may be runs in the shell that the task names", async () => {
  const padding = `# ${"x".repeat(200 * 1024)}`;
  const script = ["cd /tmp", "export PLACE=here", padding, "echo $PLACE; pwd; echo $0; exit 3"];
  const id = await run("pullPolicy: IF_NOT_PRESENT", `commands: ${JSON.stringify(script)}`);
  const execution = await untilEnded(id);
  expect(execution.taskRuns[0]?.attempts[0]).toMatchObject({ state: "FAILED", exitCode: 3 });
  expect((await logTexts(id)).slice(0, 3)).toEqual(["here", "/tmp", "/bin/sh"]);
});

test("a folder that the helper may not read is told, and every other output file is kept", async () => {
  const id = await run(
    "pullPolicy: IF_NOT_PRESENT\nfileSideCarSpec: {securityContext: {runAsNonRoot: true, runAsUser: 65534}}",
    "outputFiles: [report.csv, 'tmp/*']",
    "commands: ['mkdir -m 700 tmp; echo x > tmp/x; echo x > report.csv']",
  );
  const execution = await untilEnded(id);
  expect(execution).toMatchObject({ state: "SUCCESS", failure: null });
  expect(execution.taskRuns[0]?.files).toMatchObject([{ name: "report.csv", size: 2 }]);
  const { lines } = await readLog(id, {}, { offset: 0, limit: 100 });
  expect(lines.filter(({ level }) => level === "WARN").map(({ text }) => text)).toEqual([
    "The folder tmp cannot be read by the helper, so that nothing in it is an output file; `tmp/*` may name some of it. Let everybody read it: `chmod a+rx`.",
  ]);
});

const SIDECARS = `
pullPolicy: IF_NOT_PRESENT
containerDefaultSpec: { imagePullPolicy: IfNotPresent }
podSpec:
  containers:
    - name: plain
      image: busybox
      command: [sh, -c, "tail -F /kestra/working-dir/app.log | head -n 1 > plain.txt; sleep 3600"]
    - name: as-in-kestra
      image: busybox
      volumeMounts: [{ name: kestra-files, mountPath: /kestra }]
      command: [sh, -c, "tail -F /kestra/working-dir/app.log | head -n 1 > kestra.txt; sleep 3600"]
    - name: elsewhere
      image: busybox
      workingDir: /
      volumeMounts: [{ name: kestra-files, mountPath: /data }]
      command: [sh, -c, "tail -F /data/app.log | head -n 1 > /data/elsewhere.txt; sleep 3600"]
  initContainers:
    - name: native
      image: busybox
      restartPolicy: Always
      command: [sh, -c, "tail -F app.log | head -n 1 > native.txt; sleep 3600"]
containerSpec:
  volumeMounts: [{ name: kestra-files, mountPath: /kestra/ }]
`;

test("containers beside the task see its files where Kestra has them, with a mount of their own or none", async () => {
  const names = ["elsewhere.txt", "kestra.txt", "native.txt", "plain.txt"];
  const wait = `for name in ${names.join(" ")}; do until [ -s $name ]; do sleep 0.1; done; done`;
  const id = await run(
    SIDECARS,
    "inputFiles: { app.log: hello }",
    "outputFiles: ['*.txt']",
    "timeout: PT80S",
    `commands: ["echo >> app.log; ${wait}; cat *.txt"]`,
  );
  const execution = await untilEnded(id);
  expect(execution).toMatchObject({ state: "SUCCESS", failure: null });
  expect(await logTexts(id)).toEqual(names.map(() => "hello"));
  expect(execution.taskRuns[0]?.files.map(({ name }) => name).toSorted()).toEqual(names);
});

test("what no pod has is the failure, at its line and in the API server's words", async () => {
  const id = await run(
    "podSpec:\n  volumes:\n    - name: data\n      emptydir: {}",
    "commands: [x]",
  );
  const { state, failure } = await untilEnded(id);
  expect(state).toBe("FAILED");
  expect(failure).toMatchObject({ kind: "config", fault: "user", line: 12 });
  expect(failure?.evidence).toContain('unknown field "spec.volumes[0].emptydir"');
});
