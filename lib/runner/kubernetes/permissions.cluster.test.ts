import { afterAll, beforeAll, expect, test } from "vitest";
import { kubeconfigOfServiceAccount } from "#e2e/cluster/faults.ts";
import { openRunnerStage, type RunnerStage } from "#e2e/cluster/runner-stage.ts";
import type { Runner } from "../contract.ts";
import { nameOf, type Permission, PERMISSIONS } from "./permissions.ts";
import { readLog, scriptSpec, type SpecChanges, textsOf, watchToEnd } from "./test-stage.ts";

let stage: RunnerStage;
beforeAll(async () => {
  stage = await openRunnerStage();
});
afterAll(() => stage.close());

const signal = (): AbortSignal => AbortSignal.timeout(90_000);

/** A runner as a user of its own, who may do this and nothing else. */
async function runnerWith(name: string, allowed: Permission[]): Promise<Runner> {
  const { admin, folder, namespace } = stage;
  const account = { namespace: namespace.name, name };
  const kubeconfigPath = await kubeconfigOfServiceAccount(admin, folder, account);
  const rules = allowed.map(({ verb, resource }) => {
    const [plural = "", group = ""] = resource.split(".");
    return { apiGroups: [group], resources: [plural], verbs: [verb] };
  });
  const api = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace.name}`;
  const made = [
    await admin.call("POST", `${api}/roles`, { metadata: { name }, rules }),
    await admin.call("POST", `${api}/rolebindings`, {
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", ...account }],
    }),
  ];
  expect(made).toMatchObject([{ status: 201 }, { status: 201 }]);
  return namespace.runner({ kubeconfigPath });
}

/** Runs a task with an output file to its end, and removes it. Returns what it gave. */
async function ran(runner: Runner, changes: SpecChanges = {}): Promise<unknown> {
  const spec = scriptSpec("echo said; echo kept > out.txt", { keepsFiles: true, ...changes });
  const handle = await runner.start(spec, signal());
  try {
    const { ending } = await watchToEnd(runner, handle, signal());
    const log = textsOf(await readLog(runner, handle, signal()));
    const drop = async ({ body }: { body: AsyncIterable<Uint8Array> }) => {
      await Array.fromAsync(body);
    };
    const files = await runner.collect(
      handle,
      { choose: () => ["out.txt"], receive: drop },
      signal(),
    );
    return { ...ending, log, files };
  } finally {
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
  }
}

const WELL = { kind: "exit", exitCode: 0, log: ["said"], files: [{ path: "out.txt", size: 5 }] };
const credentials = { registry: "registry.example", username: "u", password: "p", auth: null };

test.each<[string, Permission["tasks"][], SpecChanges]>([
  ["a pod", ["all", "pod", "files"], {}],
  ["a Job", ["all", "job", "files"], { kubernetes: { asJob: true } }],
  ["a login", ["all", "pod", "files", "credentials"], { kubernetes: { credentials } }],
])("what is called vital is enough for %s", async (name, tasks, changes) => {
  const vital = PERMISSIONS.filter((one) => one.isVital && tasks.includes(one.tasks));
  const user = name.replace(" ", "-").toLowerCase();
  expect(await ran(await runnerWith(user, vital), changes)).toMatchObject(WELL);
});

test.each(["get pods/exec", "create pods/exec"])(
  "files need the right to %s, and nothing else does",
  async (name) => {
    const others = PERMISSIONS.filter((one) => one.isVital && nameOf(one) !== name);
    const runner = await runnerWith(name.replace(/\W+/g, "-"), others);
    await expect(ran(runner)).rejects.toMatchObject({ kind: "output-files" });
    const spec = scriptSpec("true");
    const { ending } = await watchToEnd(runner, await runner.start(spec, signal()), signal());
    expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
    await runner.destroy(spec, { graceSeconds: 0 }, signal());
  },
);
