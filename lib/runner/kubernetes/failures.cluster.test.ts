import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Api } from "#e2e/cluster/api.ts";
import type { Cluster } from "#e2e/cluster/contract.ts";
import {
  kubeconfigOfNobody,
  kubeconfigOfServiceAccount,
  kubeconfigWithBadToken,
  kubeconfigWithWrongCa,
} from "#e2e/cluster/faults.ts";
import { openRunnerStage, type RunnerStage } from "#e2e/cluster/runner-stage.ts";
import type { Ending, RunWaiting, Runner } from "../contract.ts";
import { inputFile } from "../contract-suite/stage.ts";
import {
  type SpecChanges,
  type TestNamespace,
  readLog,
  scriptSpec,
  textsOf,
  watchToEnd,
} from "./test-stage.ts";

let stage: RunnerStage;
let cluster: Cluster;
let admin: Api;
let namespace: TestNamespace;
let runner: Runner;
let folder: string;

beforeAll(async () => {
  stage = await openRunnerStage();
  ({ cluster, admin, namespace, folder } = stage);
  runner = await namespace.runner();
});

afterAll(() => stage.close());

const signal = (): AbortSignal => AbortSignal.timeout(90_000);

async function run(script: string, changes: SpecChanges = {}): Promise<Ending> {
  const spec = scriptSpec(script, changes);
  const handle = await runner.start(spec, signal());
  try {
    const [{ ending }] = await Promise.all([
      watchToEnd(runner, handle, signal()),
      runner.deliver(handle, spec, signal()),
    ]);
    return ending;
  } finally {
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
  }
}

describe.concurrent("what a task asks for and cannot have", () => {
  test.each([
    [
      "an image that does not exist",
      { image: "REGISTRY/podflow-test/nothing:1" },
      "image",
      /nothing:1" does not exist/,
    ],
    ["a name that is no image", { image: "Not An Image" }, "image", /is not the name of an image/],
    [
      "an image that may not be pulled",
      { image: "busybox:absent", kubernetes: { pullPolicy: "Never" } },
      "image",
      /pullPolicy Never/,
    ],
    [
      "more memory than there is",
      {
        kubernetes: {
          resources: { requests: { memory: "900Ti" }, limits: {} },
          waitUntilRunningSeconds: 3,
        },
      },
      "unschedulable",
      /waitUntilRunning \(3 s\).*free memory/,
    ],
    [
      "a node that there is not",
      { kubernetes: { nodeSelector: { "no-such": "node" }, waitUntilRunningSeconds: 3 } },
      "unschedulable",
      /nodeSelector/,
    ],
  ] satisfies [string, SpecChanges, Ending["kind"], RegExp][])(
    "%s ends the attempt before it began, and says why",
    async (...[, changes, kind, message]) => {
      const text = JSON.stringify(changes).replaceAll("REGISTRY", cluster.registry);
      const began = Date.now();
      // The same object, with the registry's address in it.
      const ending = await run("echo never", JSON.parse(text) as SpecChanges);
      expect(ending).toMatchObject({ kind, exitCode: null, mainStarted: false });
      expect(ending.message).toMatch(message);
      expect(ending.remedy).not.toBe("");
      expect(Date.now() - began).toBeLessThan(30_000);
    },
  );

  test.each([
    ["that does not exist", "podflow-test/nothing:2", "image", /nothing:2" does not exist/],
    ["without a shell", "podflow-test/noshell", "config", /ended with exit code|cannot be started/],
  ] as const)(
    "a helper image %s ends a task whose files could not be fetched, and says why",
    async (...[, name, kind, message]) => {
      const kubernetes = { helperImage: `${cluster.registry}/${name}` };
      const ending = await run("sleep 60", { keepsFiles: true, kubernetes });
      expect(ending).toMatchObject({ kind, exitCode: null, mainStarted: true });
      expect(ending.message).toMatch(message);
      expect(ending.remedy).not.toBe("");
    },
  );

  test("a helper image that does not exist is why the files of a quick task are lost", async () => {
    const kubernetes = { helperImage: `${cluster.registry}/podflow-test/nothing:3` };
    const handle = await runner.start(
      scriptSpec("true", { keepsFiles: true, kubernetes }),
      signal(),
    );
    await watchToEnd(runner, handle, signal());
    const collecting = runner.collect(
      handle,
      { choose: () => [], receive: () => Promise.resolve() },
      signal(),
    );
    await expect(collecting).rejects.toMatchObject({
      name: "RunnerError",
      kind: "output-files",
      message: expect.stringContaining('nothing:3" does not exist'),
    });
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
  });

  test("while it cannot be placed it says so, and destroying it is no success", async () => {
    const resources = { requests: { cpu: "9000" }, limits: {} };
    const handle = await runner.start(scriptSpec("true", { kubernetes: { resources } }), signal());
    const waits: RunWaiting[] = [];
    const endings: Ending[] = [];
    for await (const observation of runner.observe(handle, signal())) {
      if (observation.phase === "ended") endings.push(observation.ending);
      if (observation.phase !== "pending" || observation.waiting?.kind !== "unschedulable")
        continue;
      waits.push(observation.waiting);
      await runner.destroy(handle, { graceSeconds: 0 }, signal());
    }
    expect(waits[0]?.message).toMatch(/no node has enough free cpu/);
    expect(waits[0]?.evidence).toMatch(/Insufficient cpu/);
    expect(endings).toMatchObject([{ kind: "deleted", mainStarted: false }]);
  });

  test("too little memory is told with its limit, and what was made can still be had", async () => {
    const resources = { requests: {}, limits: { memory: "24Mi" } };
    const spec = scriptSpec("echo kept > kept.txt; x=0123456789; while :; do x=$x$x; done", {
      keepsFiles: true,
      kubernetes: { resources },
    });
    const handle = await runner.start(spec, signal());
    const { ending } = await watchToEnd(runner, handle, signal());
    expect(ending).toMatchObject({ kind: "oom", exitCode: 137, fault: "user", mainStarted: true });
    expect(ending.message).toContain("24Mi");
    const files = await runner.collect(
      handle,
      { choose: () => ["kept.txt"], receive: () => Promise.resolve() },
      signal(),
    );
    expect(files).toMatchObject([{ path: "kept.txt", size: 5 }]);
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
  });

  test("a pod that somebody deletes while it runs is told as deleted", async () => {
    const handle = await runner.start(scriptSpec("trap 'exit 0' TERM; sleep 60 & wait"), signal());
    const watched = watchToEnd(runner, handle, signal());
    for await (const observation of runner.observe(handle, signal())) {
      if (observation.phase === "running") break;
    }
    await namespace.call("DELETE", `/pods/${handle.name}`);
    const { ending } = await watched;
    expect(ending).toMatchObject({ kind: "deleted", fault: "platform", mainStarted: true });
  });

  test("after its timeout a task has the flow's grace to end, and its files can still be had", async () => {
    const script =
      "trap 'sleep 1; echo kept > kept.txt; exit 3' TERM; echo begun; sleep 80 & wait $!";
    const spec = scriptSpec(script, {
      keepsFiles: true,
      timeoutSeconds: 2,
      kubernetes: { podSpec: { terminationGracePeriodSeconds: 40 } },
    });
    const handle = await runner.start(spec, signal());
    const [{ ending }, log] = await Promise.all([
      watchToEnd(runner, handle, signal()),
      readLog(runner, handle, signal()),
    ]);
    expect(ending).toMatchObject({ kind: "timeout", fault: "user" });
    expect(textsOf(log)).toEqual(["begun"]);
    const files = await runner.collect(
      handle,
      { choose: () => ["kept.txt"], receive: () => Promise.resolve() },
      signal(),
    );
    expect(files).toMatchObject([{ path: "kept.txt", size: 5 }]);
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
  });
});

describe.concurrent("images of every kind get their files and give them back", () => {
  test.each([
    [
      "a user that is not root",
      "REGISTRY/podflow-test/nonroot",
      ["/bin/sh", "-c", "cp in/data.txt out.txt"],
    ],
    ["no tar", "REGISTRY/podflow-test/notar", ["/bin/sh", "-c", "cp in/data.txt out.txt"]],
    ["no shell", "REGISTRY/podflow-test/noshell", ["/copy", "in/data.txt", "out.txt"]],
    ["bash", "ubuntu", ["bash", "-c", "cp in/data.txt out.txt"]],
    [
      "another interpreter",
      "python:3.13-slim",
      ["python", "-c", "import shutil; shutil.copy('in/data.txt', 'out.txt')"],
    ],
  ])("an image with %s", async (_name, name, command) => {
    const image = name.replace("REGISTRY", cluster.registry);
    const bytes = Buffer.from("some text\n");
    const spec = scriptSpec("", {
      image,
      command,
      inputFiles: [inputFile("in/data.txt", bytes)],
      keepsFiles: true,
    });
    const handle = await runner.start(spec, signal());
    const { ending } = await watchToEnd(runner, handle, signal());
    const log = textsOf(await readLog(runner, handle, signal()));
    expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
    expect(log.join("\n")).toMatch(/^(copied 10 bytes)?$/);
    const found: Buffer[] = [];
    await runner.collect(
      handle,
      {
        choose: () => ["out.txt"],
        receive: async ({ body }) => {
          for await (const chunk of body) found.push(Buffer.from(chunk));
        },
      },
      signal(),
    );
    expect(Buffer.concat(found)).toEqual(bytes);
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
  });
});

describe.concurrent("what a cluster refuses", () => {
  const start = async (changes: SpecChanges = {}, kubeconfigPath?: string): Promise<unknown> => {
    const own = await namespace.runner({ kubeconfigPath });
    return own.start(scriptSpec("true", changes), AbortSignal.timeout(90_000));
  };
  const makeNamespace = async (name: string, labels: Record<string, string>): Promise<string> => {
    const full = `${namespace.name}-${name}`;
    await admin.call("POST", "/api/v1/namespaces", { metadata: { name: full, labels } });
    return full;
  };

  test("a namespace that does not exist", async () => {
    const failure = { name: "RunnerError", kind: "namespace", isTransient: false, fault: "user" };
    await expect(start({ kubernetes: { namespace: "no-such-namespace" } })).rejects.toMatchObject({
      ...failure,
      message: expect.stringContaining('"no-such-namespace"'),
    });
  });

  test("a service account that does not exist", async () => {
    await expect(start({ kubernetes: { serviceAccountName: "nobody" } })).rejects.toMatchObject({
      kind: "config",
      evidence: expect.stringContaining("nobody"),
    });
  });

  test("a label that is none", async () => {
    await expect(start({ kubernetes: { labels: { team: "a b" } } })).rejects.toMatchObject({
      kind: "config",
      evidence: expect.stringContaining("a b"),
    });
  });

  test("a full quota, which may have room later", async () => {
    const full = await makeNamespace("quota", {});
    await admin.call("POST", `/api/v1/namespaces/${full}/resourcequotas`, {
      metadata: { name: "none" },
      spec: { hard: { pods: "0" } },
    });
    const attempt = (): Promise<unknown> => start({ kubernetes: { namespace: full } });
    await expect
      .poll(
        () =>
          attempt().then(
            () => null,
            (error: unknown) => error,
          ),
        { timeout: 90_000 },
      )
      .toMatchObject({
        kind: "quota",
        isTransient: true,
        message: expect.stringMatching(/quota "none".*pods=1.*of pods=0 are used/),
        evidence: expect.stringContaining("exceeded quota"),
      });
    await admin.call("DELETE", `/api/v1/namespaces/${full}`);
  });

  test("a rule of Pod Security", async () => {
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    const full = await makeNamespace("restricted", labels);
    await expect(start({ kubernetes: { namespace: full } })).rejects.toMatchObject({
      kind: "admission",
      message: expect.stringMatching(/level "restricted".*allowPrivilegeEscalation/),
      evidence: expect.stringContaining("violates PodSecurity"),
    });
    await admin.call("DELETE", `/api/v1/namespaces/${full}`);
  });

  test("a user without permissions", async () => {
    const account = { namespace: namespace.name, name: "without-roles" };
    const path = await kubeconfigOfServiceAccount(admin, folder, account);
    await expect(start({}, path)).rejects.toMatchObject({ kind: "forbidden", isTransient: false });
  });

  test.each([
    ["a token that is not valid", kubeconfigWithBadToken, "unauthorized", false],
    ["another authority", kubeconfigWithWrongCa, "certificate", false],
    ["an address where nobody listens", kubeconfigOfNobody, "unreachable", true],
  ] as const)("%s", async (...[, kubeconfigOf, kind, isTransient]) => {
    const path = await kubeconfigOf(admin, folder);
    await expect(start({}, path)).rejects.toMatchObject({
      name: "RunnerError",
      kind,
      isTransient,
      remedy: expect.stringMatching(/./),
      evidence: expect.stringMatching(/./),
    });
  });
});
