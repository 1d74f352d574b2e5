import { randomBytes } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cluster } from "#e2e/cluster/contract.ts";
import { openRunnerStage, type RunnerStage } from "#e2e/cluster/runner-stage.ts";
import type { AttemptSpec, FileEntry, RefusedFile, RunMarks, Runner } from "../contract.ts";
import { inputFile } from "../contract-suite/stage.ts";
import { type Pod, statusOf } from "./pod.ts";
import { type TestNamespace, readLog, scriptSpec, textsOf, watchToEnd } from "./test-stage.ts";

let stage: RunnerStage;
let cluster: Cluster;
let namespace: TestNamespace;
let runner: Runner;

beforeAll(async () => {
  stage = await openRunnerStage();
  ({ cluster, namespace } = stage);
  runner = await namespace.runner();
});

afterAll(() => stage.close());

const signal = (): AbortSignal => AbortSignal.timeout(150_000);

async function run(
  spec: AttemptSpec,
  { isCollected = true } = {},
): Promise<{
  log: string[];
  listed: FileEntry[];
  refused: RefusedFile[];
  contents: Map<string, Buffer>;
}> {
  const handle = await runner.start(spec, signal());
  try {
    const [{ ending }, batches] = await Promise.all([
      watchToEnd(runner, handle, signal()),
      readLog(runner, handle, signal()),
      runner.deliver(handle, spec, signal()),
    ]);
    const log = textsOf(batches);
    if (ending.exitCode !== 0) throw new Error(`${ending.message} ${log.join("\n")}`);
    let listed: FileEntry[] = [];
    let refused: RefusedFile[] = [];
    const contents = new Map<string, Buffer>();
    if (!isCollected) return { log, listed, refused, contents };
    await runner.collect(
      handle,
      {
        choose: (files, others) => {
          refused = others;
          return (listed = files).map(({ path }) => path);
        },
        receive: async ({ path, body }) => {
          contents.set(path, Buffer.concat(await Array.fromAsync(body)));
        },
      },
      signal(),
    );
    return { log, listed, refused, contents };
  } finally {
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
  }
}

const NAMES = [
  "plain.txt",
  "with space.txt",
  'it\'s "quoted".txt',
  "line\nend.txt",
  "$HOME `id` %s \\n.txt",
  "-rf",
  "Grüße 漢字 🙂.txt",
  ".hidden",
  `${"n".repeat(251)}.txt`,
  `deep/${"folder/".repeat(20)}file`,
];

describe.concurrent("files", () => {
  test.each([
    ["small ones, which main writes itself", 10, {}],
    ["larger ones, which the helper unpacks", 4_000, {}],
    ["large ones, which are brought by a stream", 40_000, {}],
    [
      "ones for a program that is no shell",
      10,
      { command: ["python3", "-c", "pass"], image: "python:3.13-slim" },
    ],
  ])("of any name come and go as they are: %s", async (_name, size, changes) => {
    const files = NAMES.map((path) => inputFile(path, randomBytes(size)));
    const { contents, listed } = await run(
      scriptSpec("true", { inputFiles: files, keepsFiles: true, ...changes }),
    );
    expect(listed.map(({ path }) => path).toSorted()).toEqual(NAMES.toSorted());
    for (const file of files) {
      const [bytes] = await Array.fromAsync(file.open());
      expect(contents.get(file.path)?.equals(bytes as Buffer)).toBe(true);
    }
  });

  test("of several names are each had whole, and what is no file is none", async () => {
    const script =
      "echo same > a; ln a b; ln -s a link; ln -s /etc/passwd out; ln -s /etc folder; mkfifo pipe; mkdir empty";
    const { listed, contents } = await run(scriptSpec(script, { keepsFiles: true }));
    expect(listed.map(({ path }) => path).toSorted()).toEqual(["a", "b", "link"]);
    expect([...contents.values()].map(String)).toEqual(["same\n", "same\n", "same\n"]);
  });

  test.each([
    ["runs as another user", { runAsUser: 65_534 }, "busybox"],
    [
      "is an administrator without the rights of one",
      { capabilities: { drop: ["ALL"] } },
      "podflow-test/nonroot",
    ],
  ])("outside of folders that a helper may not read are there: it %s", async (...row) => {
    const [, securityContext, image] = row;
    const script = [
      "mkdir -p open/deep none/deep list enter; echo x > report.csv",
      "for folder in open/deep none none/deep list enter; do echo x > $folder/x; done",
      'mkdir "$(printf "line\nend")"; chmod 000 line*; chmod 744 list; chmod 711 enter; chmod 700 none',
    ].join("\n");
    const { listed, refused } = await run(
      scriptSpec(script, {
        image: image === "busybox" ? image : `${cluster.registry}/${image}`,
        keepsFiles: true,
        kubernetes: { helperSpec: { securityContext } },
      }),
    );
    expect(listed.map(({ path }) => path).toSorted()).toEqual(["open/deep/x", "report.csv"]);
    expect(refused.map(({ path }) => path).toSorted()).toEqual(
      ["enter", "line\nend", "list", "none"].toSorted(),
    );
    expect(refused.every(({ isFolder }) => isFolder)).toBe(true);
  });

  test.each(["000", "700", "711", "744"])(
    "of a working directory that the helper may not read are lost, and that is said: %s",
    async (mode) => {
      const spec = scriptSpec(`echo x > report.csv; chmod ${mode} .; sleep 2`, {
        keepsFiles: true,
        kubernetes: { helperSpec: { securityContext: { runAsUser: 65_534 } } },
      });
      const failing = run(spec);
      await expect(failing).rejects.toMatchObject({ kind: "output-files", fault: "user" });
      await expect(failing).rejects.toThrow(/the helper cannot read the working directory/);
    },
  );

  test("can be 10,000 in 100 folders, in and out", async () => {
    const files = Array.from({ length: 10_000 }, (_, at) =>
      inputFile(`d${at % 100}/${at}`, `${at}`),
    );
    const { listed, contents } = await run(
      scriptSpec("true", { inputFiles: files, keepsFiles: true }),
    );
    expect(listed).toHaveLength(10_000);
    expect(contents.size).toBe(10_000);
    expect(contents.get("d77/7777")?.toString()).toBe("7777");
  });

  test("that a task got keep their mode, and may be changed by it", async () => {
    const files = [
      inputFile("data.txt", Buffer.from("old\n")),
      { ...inputFile("bin/tool", Buffer.from("#!/bin/sh\necho tool\n")), isExecutable: true },
    ];
    const script = "bin/tool; echo new >> data.txt; echo more > bin/other; id -u";
    const { log, contents } = await run(
      scriptSpec(script, {
        inputFiles: files,
        keepsFiles: true,
        image: `${cluster.registry}/podflow-test/nonroot`,
      }),
    );
    expect(log).toEqual(["tool", "1000"]);
    expect(contents.get("data.txt")?.toString()).toBe("old\nnew\n");
    expect(contents.get("bin/other")?.toString()).toBe("more\n");
  });

  test("that a program still writes come as they are at some moment", async () => {
    const script =
      "head -c 24000000 /dev/zero > big; i=1000000; while sleep 0.01; do i=$((i+1)); echo $i 1<> now; done";
    const handle = await runner.start(scriptSpec(script, { keepsFiles: true }), signal());
    const contents = new Map<string, Buffer>();
    while (contents.size === 0) {
      await runner.collect(
        handle,
        {
          choose: (files) => (files.some(({ path }) => path === "now") ? ["big", "now"] : []),
          receive: async ({ path, body }) => {
            contents.set(path, Buffer.concat(await Array.fromAsync(body)));
          },
        },
        signal(),
      );
    }
    expect(contents.get("big")?.equals(Buffer.alloc(24_000_000))).toBe(true);
    expect(contents.get("now")?.toString()).toMatch(/^\d{7}\n$/);
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
  });

  test("while they are brought the task waits and says for what", async () => {
    const spec = scriptSpec("ls | wc -l", { inputFiles: [inputFile("big", randomBytes(4e6))] });
    const handle = await runner.start(spec, signal());
    const phases: string[] = [];
    let marks: RunMarks = {};
    let delivering: Promise<void> | null = null;
    for await (const observation of runner.observe(handle, signal())) {
      const waiting = observation.phase === "pending" ? observation.waiting?.message : "";
      phases.push(waiting || observation.phase);
      marks = observation.marks;
      if (waiting?.includes("being brought")) delivering ??= runner.deliver(handle, spec, signal());
    }
    await delivering;
    const from = phases.indexOf("The input files are being brought.");
    expect(from).toBeGreaterThanOrEqual(0);
    expect(phases.slice(from + 1)).toEqual(expect.arrayContaining(["ended"]));
    const { created, scheduled, pulled, started, running, ended } = marks;
    const moments = [created, scheduled, pulled, started, running, ended].map(secondOf);
    expect(moments.every((second) => second > 0)).toBe(true);
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
  });
});

/** Pods tell whole seconds; NaN for what is not known, which is in no order. */
function secondOf(date: Date | undefined): number {
  return Math.floor((date?.getTime() ?? Number.NaN) / 1000);
}

describe("a helper that cannot bring the files", () => {
  const large = [inputFile("large.bin", randomBytes(48 * 1024 ** 2))];

  test("because it ended is why the task fails, at once", async () => {
    const spec = scriptSpec("ls", { inputFiles: large, keepsFiles: true });
    const handle = await runner.start(spec, signal());
    const released = async (): Promise<boolean> => {
      await runner.release(handle, signal());
      return hasEnded(handle.name, "files");
    };
    await expect.poll(released, { timeout: 90_000, interval: 500 }).toBe(true);
    await expect(runner.deliver(handle, spec, signal())).rejects.toMatchObject({
      kind: "input-files",
      fault: "platform",
      message:
        "The container that brings the input files ended with exit code 0 before they were all there.",
    });
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
  });
});

async function hasEnded(pod: string, container: string): Promise<boolean> {
  // The API server's own answer to a read of a pod.
  const seen = (await namespace.call("GET", `/pods/${pod}`)) as Pod;
  return statusOf(seen, container)?.state?.terminated !== undefined;
}

test("small input files cost no request, and fetching files costs one conversation", async () => {
  const ten = NAMES.map((path) => inputFile(path, randomBytes(100)));
  const without = await requestsOf(() => run(scriptSpec("true"), { isCollected: false }));
  const inputs = await requestsOf(() =>
    run(scriptSpec("true", { inputFiles: ten }), { isCollected: false }),
  );
  const both = await requestsOf(() =>
    run(scriptSpec("true", { inputFiles: ten, keepsFiles: true })),
  );
  expect(without).toEqual(["DELETE pod", "POST pods"]);
  expect(inputs).toEqual(without);
  // Opened while the program runs: again where the helper is not there yet.
  expect([...new Set(both)]).toEqual(["DELETE pod", "GET pod/exec", "POST pods"]);
});

/** Of undici, which calls, and of Node's own client, which opens what `exec` speaks over. */
const CHANNELS = ["undici:request:create", "http.client.request.start"];

/** What this process asked of pods meanwhile, but for logs and what is shared by all tasks. */
async function requestsOf(work: () => Promise<unknown>): Promise<string[]> {
  const requests: string[] = [];
  const note = (method: string, path: string): void => {
    const [, pod, sub] = /\/pods(\/[^/?]+)?(\/[a-z]+)?(?:\?|$)/.exec(path) ?? [];
    const isShared = pod === undefined && method === "GET";
    // A pod is read where the watch is late to tell of it, with files and without.
    const isRead = pod !== undefined && sub === undefined && method === "GET";
    if (/\/pods/.test(path) && !isShared && !isRead && sub !== "/log") {
      requests.push(`${method} pod${pod === undefined ? "s" : ""}${sub ?? ""}`);
    }
  };
  // The messages are those of undici's and Node's own documented channels.
  const onRequest = (message: unknown): void => {
    const { request } = message as { request: { method: string; path: string } };
    note(request.method, request.path);
  };
  for (const channel of CHANNELS) subscribe(channel, onRequest);
  try {
    await work();
  } finally {
    for (const channel of CHANNELS) unsubscribe(channel, onRequest);
  }
  return requests.toSorted();
}
