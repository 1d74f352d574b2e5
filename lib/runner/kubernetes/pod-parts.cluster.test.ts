import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCluster } from "#e2e/cluster/cluster.ts";
import type { Cluster } from "#e2e/cluster/contract.ts";
import { type Runner, RunnerError, type SpecPath } from "../contract.ts";
import { inputFile } from "../contract-suite/stage.ts";
import {
  openTestNamespace,
  readLog,
  scriptSpec,
  type SpecChanges,
  type TestNamespace,
  textsOf,
  watchToEnd,
} from "./test-stage.ts";

let cluster: Cluster;
let open: TestNamespace;
let restricted: TestNamespace;
/** Every pod that is made in it gets containers that nobody asked for. */
let injecting: TestNamespace;
let runner: Runner;

beforeAll(async () => {
  cluster = await startCluster({ log: (line) => process.stderr.write(`${line}\n`) });
  open = await openTestNamespace(cluster.kubeconfigPath);
  restricted = await openTestNamespace(cluster.kubeconfigPath);
  injecting = await openTestNamespace(cluster.kubeconfigPath);
  await startInjecting();
  runner = await open.runner();
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  await restricted.api.call("PATCH", `/api/v1/namespaces/${restricted.name}`, {
    body: { metadata: { labels } },
    signal: signal(),
  });
});

afterAll(async () => {
  await stopInjecting();
  await Promise.all([open, restricted, injecting].map((namespace) => namespace.remove()));
  await cluster.stop();
});

const signal = (): AbortSignal => AbortSignal.timeout(120_000);

const ADMISSION = "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolic";

/** Injects as service meshes do: a sidecar before all others, and a native one. */
async function startInjecting(): Promise<void> {
  const { name, api } = injecting;
  const container = (kind: string, more: string) =>
    `Object.spec.${kind}{name: "mesh-${kind.toLowerCase()}", image: "busybox", imagePullPolicy: "IfNotPresent", command: ["sh", "-c", "echo noise; exec sleep 3600"]${more}}`;
  const expression = `[
    JSONPatch{op: "add", path: "/spec/containers/0", value: ${container("containers", "")}},
    JSONPatch{op: "add", path: "/spec/initContainers", value: [${container("initContainers", ', restartPolicy: "Always"')}]}
  ]`;
  const matched = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
    resourceRules: [
      { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
    ],
  };
  const mutations = [{ patchType: "JSONPatch", jsonPatch: { expression } }];
  const policy = { matchConstraints: matched, mutations, reinvocationPolicy: "Never" };
  const body = (spec: object) => ({ body: { metadata: { name }, spec }, signal: signal() });
  await api.call("POST", `${ADMISSION}ies`, body({ failurePolicy: "Ignore", ...policy }));
  await api.call("POST", `${ADMISSION}ybindings`, body({ policyName: name }));
}

async function stopInjecting(): Promise<void> {
  const { name, api } = injecting;
  for (const kind of ["ybindings", "ies"]) {
    await api.call("DELETE", `${ADMISSION}${kind}/${name}`, { signal: signal() });
  }
}

async function run(by: Runner, script: string, changes: SpecChanges) {
  const spec = scriptSpec(script, changes);
  const handle = await by.start(spec, signal());
  try {
    const [{ ending, observations }, batches] = await Promise.all([
      watchToEnd(by, handle, signal()),
      readLog(by, handle, signal()),
      by.deliver(handle, spec, signal()),
    ]);
    const files = new Map<string, string>();
    if (spec.keepsFiles && ending.mainStarted) {
      await by.collect(
        handle,
        {
          choose: (all) => all.map(({ path }) => path),
          receive: async ({ path, body }) => {
            files.set(path, Buffer.concat(await Array.fromAsync(body)).toString());
          },
        },
        signal(),
      );
    }
    return { ending, observations, log: textsOf(batches), files, handle };
  } finally {
    await by.destroy(handle, { graceSeconds: 0 }, signal());
  }
}

/** What the Pod Security level `restricted` asks of every container, and more: a root that is read only. */
const RESTRICTED = {
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 1000,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  },
};

describe.concurrent("a pod with parts that the flow writes", () => {
  test("ends with main, whatever runs beside it, and its log is main's alone", async () => {
    const chatter = (name: string, more = "") => ({
      name,
      image: "busybox",
      imagePullPolicy: "IfNotPresent",
      command: ["sh", "-c", `echo ${name} speaks; ${more || "exec sleep 3600"}`],
    });
    const data = { name: "data", mountPath: "/data" };
    const { ending, log, files } = await run(
      runner,
      'cat /data/from-init; echo "$WHO, $ALL, $WORKING_DIR, $IN"; echo out > out.txt; exit 7',
      {
        keepsFiles: true,
        env: { WORKING_DIR: "/kestra/working-dir" },
        kubernetes: {
          annotations: { "sidecar.istio.io/inject": "false" },
          containerDefaultSpec: { env: [{ name: "ALL", value: "all" }] },
          containerSpec: {
            volumeMounts: [data],
            env: [
              { name: "WHO", value: "main" },
              { name: "WORKING_DIR", value: "/forged" },
              { name: "IN", value: "$(WORKING_DIR)/in" },
            ],
          },
          podSpec: {
            volumes: [{ name: "data", emptyDir: {} }],
            initContainers: [
              { ...chatter("proxy"), restartPolicy: "Always" },
              { ...chatter("prepare", "echo prepared > /data/from-init"), volumeMounts: [data] },
            ],
            containers: [chatter("never-ends"), chatter("breaks", "exit 3")],
          },
        },
      },
    );
    expect(ending).toMatchObject({ kind: "exit", exitCode: 7, fault: "user", mainStarted: true });
    expect(log).toEqual(["prepared", "main, all, /kestra/working-dir, /kestra/working-dir/in"]);
    expect([...files]).toEqual([["out.txt", "out\n"]]);
  });

  test("is not disturbed by containers that the cluster puts into it", async () => {
    const by = await injecting.runner();
    const probe = {
      metadata: { generateName: "probe-" },
      spec: { containers: [{ name: "main", image: "busybox" }] },
    };
    const injected = async (): Promise<string> =>
      JSON.stringify(await injecting.call("POST", "/pods?dryRun=All", probe));
    await expect.poll(injected, { timeout: 60_000 }).toContain("mesh-containers");
    // Longer than the kubelet's look of each second, so that it is surely told as running.
    const code = "cat in.txt; echo out > out.txt; sleep 2";
    const { ending, observations, log, files } = await run(by, code, {
      inputFiles: [inputFile("in.txt", Buffer.from("x".repeat(30_000)))],
      keepsFiles: true,
    });
    expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
    expect(log).toEqual(["x".repeat(30_000)]);
    expect(files.get("out.txt")).toBe("out\n");
    expect(observations.map(({ phase }) => phase)).toContain("running");
  });

  test("has every property that a flow can write", async () => {
    const spec = scriptSpec("exec sleep 60", {
      keepsFiles: true,
      timeoutSeconds: 60,
      kubernetes: {
        pullPolicy: "IfNotPresent",
        labels: { team: "data" },
        annotations: { "karpenter.sh/do-not-disrupt": "true" },
        resources: { requests: { cpu: "20m" }, limits: { memory: "64Mi" } },
        serviceAccountName: "default",
        nodeSelector: { "kubernetes.io/os": "linux" },
        helperImage: "busybox",
        helperResources: { requests: { cpu: "10m" }, limits: { memory: "32Mi" } },
        helperSpec: { terminationMessagePath: "/dev/helper" },
        containerDefaultSpec: { stdin: true },
        containerSpec: { lifecycle: { preStop: { exec: { command: ["true"] } } } },
        podSpec: {
          tolerations: [{ key: "gpu", operator: "Exists" }],
          hostAliases: [{ ip: "127.0.0.1", hostnames: ["db.local"] }],
          imagePullSecrets: [{ name: "ghcr" }],
          securityContext: { fsGroup: 1000 },
          activeDeadlineSeconds: 100,
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "kubernetes.io/hostname",
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: { matchLabels: { team: "data" } },
            },
          ],
        },
      },
    });
    const handle = await runner.start(spec, signal());
    const pod = await open.call("GET", `/pods/${handle.name}`);
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
    const { podSpec } = spec.kubernetes;
    expect(pod).toMatchObject({
      metadata: {
        labels: { team: "data", "podflow.dev/attempt-id": spec.attemptId },
        annotations: { "karpenter.sh/do-not-disrupt": "true", "podflow.dev/files": "keep" },
      },
      spec: {
        ...podSpec,
        tolerations: expect.arrayContaining([{ key: "gpu", operator: "Exists" }]),
        serviceAccountName: "default",
        nodeSelector: { "kubernetes.io/os": "linux" },
        restartPolicy: "Never",
        containers: [
          {
            name: "main",
            imagePullPolicy: "IfNotPresent",
            stdin: true,
            resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "64Mi" } },
            lifecycle: { preStop: { exec: { command: ["true"] } } },
            livenessProbe: { tcpSocket: { port: 1 } },
          },
          {
            name: "files",
            stdin: true,
            terminationMessagePath: "/dev/helper",
            resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "32Mi" } },
          },
        ],
      },
    });
  });

  test("whose init container fails says which, how, and what to do", async () => {
    const prepare = {
      name: "prepare",
      image: "busybox",
      imagePullPolicy: "IfNotPresent",
      command: ["sh", "-c", "exit 9"],
    };
    const { ending } = await run(runner, "true", {
      kubernetes: { podSpec: { initContainers: [prepare] } },
    });
    expect(ending).toMatchObject({ exitCode: null, fault: "user", mainStarted: false });
    expect(ending.message).toMatch(/"prepare" ended with exit code 9/);
    expect(ending.remedy).not.toBe("");
  });

  test("whose own time limit is tighter than the task's ends by it", async () => {
    const { ending } = await run(runner, "exec sleep 60", {
      timeoutSeconds: 600,
      kubernetes: { podSpec: { activeDeadlineSeconds: 3, terminationGracePeriodSeconds: 0 } },
    });
    expect(ending).toMatchObject({ kind: "timeout", fault: "user" });
    expect(ending.message).toContain("its limit of 3 s");
  });

  const podSpec = (...path: SpecPath): SpecPath => ["kubernetes", "podSpec", ...path];
  test.each<[string, SpecChanges["kubernetes"], SpecPath, RegExp]>([
    ["a property that no pod has", { podSpec: { foo: 1 } }, podSpec("foo"), /no field `foo`/],
    [
      "a misspelled one of a volume",
      { podSpec: { volumes: [{ name: "data", emptydir: {} }] } },
      podSpec("volumes", 0, "emptydir"),
      /no field `emptydir`/,
    ],
    [
      "a wrong value",
      { podSpec: { tolerations: [{ operator: "Exists" }, { key: "a", operator: "Is" }] } },
      podSpec("tolerations", 1, "operator"),
      /Unsupported value: "Is"/,
    ],
    [
      "a value of the wrong kind",
      { containerSpec: { env: [{ name: "A", value: 5 }] } },
      ["kubernetes", "containerSpec", "env", 0, "value"],
      /number where string is needed/,
    ],
    [
      "the name of nothing",
      { containerSpec: { volumeMounts: [{ name: "nope", mountPath: "/x" }] } },
      ["kubernetes", "containerSpec", "volumeMounts", 0, "name"],
      /Not found: "nope"/,
    ],
    [
      "no quantity",
      { helperResources: { requests: {}, limits: { cpu: "1x" } } },
      ["kubernetes", "helperResources", "limits", "cpu"],
      /`1x` is no amount of cpu/,
    ],
    [
      "an account that is not there",
      { serviceAccountName: "nobody" },
      ["kubernetes", "serviceAccountName"],
      /service account/,
    ],
    [
      "a misspelled property of a Job's pod",
      { asJob: true, podSpec: { tolerations: [{ operater: "Exists" }] } },
      podSpec("tolerations", 0, "operater"),
      /no field `operater`/,
    ],
  ])("with %s is refused at its place", async (_name, kubernetes, place, words) => {
    const spec = scriptSpec("true", { keepsFiles: true, kubernetes });
    const refusal = await runner.start(spec, signal()).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RunnerError);
    expect(refusal).toMatchObject({ kind: "config", isTransient: false, place });
    expect(refusal).toMatchObject({ message: expect.stringMatching(words) });
    expect(refusal).toMatchObject({ evidence: expect.stringMatching(/\w/) });
  });

  test.each([
    ["brings its few files itself", ["/bin/sh", "-c"], 10],
    ["waits for many", ["/bin/sh", "-c"], 200_000],
    ["cannot wait", ["/usr/bin/env", "sh", "-c"], 10],
  ])("passes `restricted` by containerDefaultSpec when main %s", async (_name, shell, size) => {
    const by = await restricted.runner();
    const script = "id -u; ls; wc -c < in/data > out.txt; touch /x 2>/dev/null || echo read only";
    const { ending, log, files } = await run(by, script, {
      command: [...shell, script],
      inputFiles: [inputFile("in/data", randomBytes(size))],
      keepsFiles: true,
      kubernetes: { containerDefaultSpec: RESTRICTED },
    });
    expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
    expect(log).toEqual(["1000", "in", "read only"]);
    expect(files.get("out.txt")?.trim()).toBe(String(size));
  });

  test("is refused in a namespace whose level it does not reach", async () => {
    const by = await restricted.runner();
    const refusal = await by.start(scriptSpec("true"), signal()).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ kind: "admission", fault: "user", isTransient: false });
    expect(refusal).toMatchObject({ remedy: expect.stringContaining("containerDefaultSpec") });
  });
});
