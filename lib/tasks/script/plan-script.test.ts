import { describe, expect, test } from "vitest";
import { parseFlow } from "#lib/flow/parse.ts";
import { catalogue } from "../catalogue.ts";
import { type ScriptPlan, type TaskContext, TaskFailure } from "../task-type.ts";

const FILE = "kestra:///b/a/executions/1/inputs/file/data.csv";

/** Stands for the worker: `{{ file }}` and `{{ text }}` are all it knows. */
const context: TaskContext = {
  workspace: { workingDir: "/work dir", outputDir: "/work dir/out" },
  render: async (text) =>
    text
      .replaceAll("{{ inputs.file }}", FILE)
      .replaceAll("{{ flow.id }}", "a")
      .replaceAll("{{ vars.up }}", "../up")
      .replaceAll("{{ vars.json }}", JSON.stringify({ "x.csv": FILE, y: "text", z: null })),
};

async function plan(type: string, body: string): Promise<ScriptPlan> {
  const lines = body
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
  const source = `id: a\nnamespace: b\nvariables: {up: x, json: y}\ninputs:\n  - {id: file, type: FILE}\ntasks:\n  - id: t\n    type: io.kestra.plugin.scripts.${type}\n${lines}\n`;
  const { flow, problems } = parseFlow(source, catalogue);
  const task = flow?.tasks[0];
  const found = catalogue.find(task?.type ?? "");
  if (task === undefined || found?.kind !== "script") throw new Error(JSON.stringify(problems));
  return found.plan(task, context);
}

const LONG = "x".repeat(128 * 1024 - 1);

describe("what is too long for one argument", () => {
  test("is a file that the shell reads as its own text, from the first byte over the limit", async () => {
    const fits = await plan("shell.Script", `failFast: false\nscript: "${LONG}"`);
    expect(fits).toMatchObject({ command: ["/bin/sh", "-c", LONG], inputFiles: [] });
    const { command, inputFiles } = await plan(
      "shell.Script",
      `failFast: false\ninterpreter: [bash, -x, -c]\nscript: "${LONG}y"`,
    );
    expect(command).toEqual(["bash", "-x", "-c", ". '/work dir/.script.sh'"]);
    const content = { kind: "text", text: `${LONG}y` };
    expect(inputFiles).toEqual([{ path: ".script.sh", content, isExecutable: false }]);
  });

  test.each([
    [
      `interpreter: [python3, -c]\ncommands: ["${LONG}y"]`,
      "The commands have 131072 bytes, and Linux allows 128 KiB for the one argument that `python3 -c` gets them in.",
    ],
    [
      `env: {A: "${LONG}"}\ncommands: [a]`,
      "The environment variable `A` has 131073 bytes, and Linux allows 128 KiB for one.",
    ],
  ])("is refused with the limit where no file can take its place", async (body, message) => {
    await expect(plan("shell.Commands", body)).rejects.toMatchObject({
      failure: {
        kind: "config",
        fault: "user",
        message,
        remedy: expect.stringContaining("`inputFiles`"),
      },
    });
  });
});

describe("what a script task runs", () => {
  test.each<[string, string, string[]]>([
    ["shell.Commands", "commands: [a, b]", ["/bin/sh", "-c", "set -e\na\nb"]],
    [
      "shell.Commands",
      "commands: [a]\nbeforeCommands: [x, y]\nfailFast: false",
      ["/bin/sh", "-c", "x\ny\na"],
    ],
    [
      "shell.Commands",
      "commands: [a]\ninterpreter: [/bin/bash, -lc]",
      ["/bin/bash", "-lc", "set -e\na"],
    ],
    [
      "shell.Commands",
      'commands: ["print(1)"]\ninterpreter: [python3, -c]',
      ["python3", "-c", "print(1)"],
    ],
    ["shell.Commands", "commands: [1, true]", ["/bin/sh", "-c", "set -e\n1\ntrue"]],
    ["shell.Script", "script: |\n  a\n  b", ["/bin/sh", "-c", "set -e\na\nb\n"]],
    ["node.Commands", "commands: [node x.js]", ["/bin/sh", "-c", "set -e\nnode x.js"]],
    ["node.Script", "script: x", ["/bin/sh", "-c", "set -e\nnode '/work dir/.script.js'"]],
    ["python.Commands", "commands: [python x.py]", ["/bin/sh", "-c", "set -e\npython x.py"]],
    [
      "python.Script",
      "script: x\nbeforeCommands: [pip install a]",
      [
        "/bin/sh",
        "-c",
        `set -e\npip install a\n"$(command -v python || command -v python3 || echo python)" '/work dir/.script.py'`,
      ],
    ],
  ])("%s with %j", async (type, body, command) => {
    expect((await plan(type, body)).command).toEqual(command);
  });

  test.each([
    ["shell.Commands", "commands: [a]", "ubuntu"],
    ["python.Script", "script: x", "ghcr.io/kestra-io/kestrapy:latest"],
    ["node.Script", "script: x", "node"],
    ["shell.Commands", 'commands: [a]\ncontainerImage: "img:{{ flow.id }}"', "img:a"],
    ["shell.Commands", "commands: [a]\nrunner: DOCKER\ndocker: {image: old}", "old"],
  ])("%s with %j has the image %s", async (type, body, image) => {
    expect((await plan(type, body)).image).toBe(image);
  });

  test("Python prints at once, and the task's own environment counts more", async () => {
    const { env } = await plan(
      "python.Script",
      'script: x\nenv: {PYTHONUNBUFFERED: "", A: "{{ flow.id }}"}',
    );
    expect(env).toEqual({
      PYTHONUNBUFFERED: "",
      PIP_ROOT_USER_ACTION: "ignore",
      PIP_DISABLE_PIP_VERSION_CHECK: "1",
      A: "a",
    });
  });

  test("the defaults are those of Kestra", async () => {
    expect(await plan("shell.Commands", "commands: [a]")).toMatchObject({
      runner: { kind: "default" },
      inputFiles: [],
      outputFiles: [],
      hasOutputDir: false,
      warningOnStdErr: true,
      kubernetes: {
        namespace: null,
        pullPolicy: null,
        labels: {},
        resources: { requests: {}, limits: {} },
        serviceAccountName: null,
        nodeSelector: {},
        helperImage: "busybox",
        annotations: {},
        helperResources: { requests: {}, limits: {} },
        helperSpec: null,
        containerDefaultSpec: null,
        podSpec: null,
        containerSpec: null,
        credentials: null,
        asJob: false,
        waitUntilRunningSeconds: 600,
        waitUntilCompletionSeconds: 3600,
        deletesPod: true,
      },
    });
  });
});

describe("files of a script task", () => {
  const text = (path: string, content: string) => ({
    path,
    content: { kind: "text", text: content },
    isExecutable: content.startsWith("#!"),
  });
  const uri = (path: string) => ({
    path,
    content: { kind: "uri", uri: FILE },
    isExecutable: false,
  });

  test("come as a map of texts and URIs; without a value they are left out", async () => {
    const body =
      'commands: [a]\ninputFiles:\n  data.csv: "{{ inputs.file }}"\n  ./d//x.txt: hello\n  run.sh: "#!/bin/sh"\n  empty: ""\n  none:';
    expect((await plan("shell.Commands", body)).inputFiles).toEqual([
      uri("data.csv"),
      text("d/x.txt", "hello"),
      text("run.sh", "#!/bin/sh"),
      text("empty", ""),
    ]);
  });

  test("come as JSON text", async () => {
    const { inputFiles } = await plan(
      "shell.Commands",
      'commands: [a]\ninputFiles: "{{ vars.json }}"',
    );
    expect(inputFiles).toEqual([uri("x.csv"), text("y", "text")]);
  });

  test("named by URI inside commands become files of the working directory", async () => {
    const { command, inputFiles } = await plan(
      "shell.Commands",
      'commands: ["cat {{ inputs.file }} \'{{ inputs.file }}\'.", "wc kestra:///other/data.csv"]',
    );
    expect(command[2]).toBe(
      "set -e\ncat .kestra-files/1/data.csv '.kestra-files/1/data.csv'.\nwc .kestra-files/2/data.csv",
    );
    expect(inputFiles).toMatchObject([
      uri(".kestra-files/1/data.csv"),
      { path: ".kestra-files/2/data.csv", content: { uri: "kestra:///other/data.csv" } },
    ]);
  });

  test("named by URI inside a Python script become files beside it", async () => {
    const { inputFiles } = await plan("python.Script", 'script: open("{{ inputs.file }}")');
    expect(inputFiles).toEqual([
      text(".script.py", 'open(".kestra-files/1/data.csv")'),
      uri(".kestra-files/1/data.csv"),
    ]);
  });

  test.each([
    ["leaves the working directory", 'inputFiles: {"{{ vars.up }}": x}'],
    ["leaves the working directory", 'inputFiles: "{\\"a/../../x\\": \\"y\\"}"'],
    ["is absolute", 'inputFiles: "{\\"/etc/x\\": \\"y\\"}"'],
    ["has a NUL character", 'inputFiles: "{\\"a\\\\u0000b\\": \\"y\\"}"'],
    ["has a part of more than 255 bytes", `inputFiles: '{"${"ä".repeat(128)}": "y"}'`],
    ["names no file", `inputFiles: '{"a/": "y"}'`],
    ["is text that is no JSON map", "inputFiles: nope"],
    ["is text that is no JSON map", 'inputFiles: "[1]"'],
    ["has both the file `a` and `a/b`", "inputFiles: {a: x, a/b: y}"],
    ["is not supported yet", "inputFiles: {a: 'nsfile:///x'}"],
  ])("whose name %s are refused before anything runs: %s", async (why, body) => {
    const failure = await plan("shell.Commands", `commands: [a]\n${body}`).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(TaskFailure);
    expect(failure).toMatchObject({
      failure: { kind: "input-files", fault: "user", message: expect.stringContaining(why) },
    });
  });
});

describe("the runner of a script task", () => {
  const KUBERNETES = [
    "io.kestra.plugin.kubernetes.runner.KubernetesTaskRunner",
    "io.kestra.plugin.kubernetes.runner.Kubernetes",
    "io.kestra.plugin.ee.kubernetes.runner.Kubernetes",
    "io.kestra.plugin.ee.kubernetes.runner.KubernetesTaskRunner",
  ];
  test.each<[string, object]>([
    ...KUBERNETES.map((type): [string, object] => [type, { kind: "kubernetes", config: null }]),
    ["io.kestra.plugin.core.runner.Process", { kind: "process" }],
    ["io.kestra.core.models.tasks.runners.types.ProcessTaskRunner", { kind: "process" }],
    ["io.kestra.plugin.scripts.runner.docker.Docker", { kind: "default" }],
    ["io.kestra.plugin.scripts.runner.docker.DockerTaskRunner", { kind: "default" }],
  ])("%s", async (type, runner) => {
    expect(
      (await plan("shell.Commands", `commands: [a]\ntaskRunner:\n  type: ${type}`)).runner,
    ).toEqual(runner);
  });

  test.each([
    ["runner: PROCESS", { kind: "process" }],
    ["runner: DOCKER", { kind: "default" }],
  ])("%s, the older form, keeps the files of the output directory", async (body, runner) => {
    expect(await plan("shell.Commands", `commands: [a]\n${body}`)).toMatchObject({
      runner,
      hasOutputDir: true,
    });
  });

  test.each([
    ["Always", "Always"],
    ["ALWAYS", "Always"],
    ["IfNotPresent", "IfNotPresent"],
    ["IF_NOT_PRESENT", "IfNotPresent"],
    ["NEVER", "Never"],
  ])("pullPolicy %s is %s", async (written, policy) => {
    const { kubernetes } = await plan(
      "shell.Commands",
      `commands: [a]\ntaskRunner:\n  type: ${String(KUBERNETES[0])}\n  pullPolicy: ${written}`,
    );
    expect(kubernetes.pullPolicy).toBe(policy);
  });

  test.each(["request", "requests"])(
    "all properties of 0.16 and 0.17 count (%s)",
    async (request) => {
      const limit = request.replace("request", "limit");
      const body = `commands: [a]
taskRunner:
  type: ${String(KUBERNETES[1])}
  namespace: "ns-{{ flow.id }}"
  labels: {team: "{{ flow.id }}"}
  resources:
    ${request}: {cpu: 500m, memory: 128Mi}
    ${limit}: {cpu: 1, memory: 1Gi}
  waitUntilRunning: PT5M
  waitUntilCompletion: PT2H
  delete: false
  resume: true
  fileSidecar: {image: alpine}
  waitForLogs: PT30S
  serviceAccountName: runner
  nodeSelector: {disk: ssd}`;
      expect((await plan("shell.Commands", body)).kubernetes).toEqual({
        namespace: "ns-a",
        pullPolicy: null,
        labels: { team: "a" },
        resources: {
          requests: { cpu: "500m", memory: "128Mi" },
          limits: { cpu: "1", memory: "1Gi" },
        },
        serviceAccountName: "runner",
        nodeSelector: { disk: "ssd" },
        helperImage: "alpine",
        annotations: {},
        helperResources: { requests: {}, limits: {} },
        helperSpec: null,
        containerDefaultSpec: null,
        podSpec: null,
        containerSpec: null,
        credentials: null,
        asJob: false,
        waitUntilRunningSeconds: 300,
        waitUntilCompletionSeconds: 7200,
        deletesPod: false,
      });
    },
  );

  test.each([
    [
      "caCert: x\nclientCert: y\nclientKey: z\noAuthToken: t",
      { caCertData: "x", clientCertData: "y", clientKeyData: "z", oauthToken: "t" },
    ],
    [
      "caCertData: x\nclientCertData: y\nclientKeyData: z\noauthToken: t",
      { caCertData: "x", clientCertData: "y", clientKeyData: "z", oauthToken: "t" },
    ],
    ["caCert: |\n  ab\n  cd", { caCertData: "abcd" }],
    ["caCert: |\n  -----BEGIN X-----\n  ab", { caCertData: "-----BEGIN X-----\nab\n" }],
    [
      "masterUrl: https://x:6443\nusername: u\npassword: p\nnamespace: n\ntrustCerts: true",
      {
        masterUrl: "https://x:6443",
        username: "u",
        password: "p",
        namespace: "n",
        trustCerts: true,
      },
    ],
    ["kubeconfig: |\n  a: b\ncontext: c", { kubeconfig: "a: b\n", context: "c" }],
    [
      "disableHostnameVerification: true\nclientKeyPassphrase: s\nclientKeyAlgo: RSA\ninheritClusterConfig: true",
      { disableHostnameVerification: true, clientKeyPassphrase: "s", inheritClusterConfig: true },
    ],
    [
      "inheritClusterConfig: false\nkeyStoreFile: /c/s.p12\nkeyStorePassphrase: s\ncaCertFile: /c/ca.crt",
      {
        inheritClusterConfig: false,
        keyStoreFile: "/c/s.p12",
        keyStorePassphrase: "s",
        caCertFile: "/c/ca.crt",
      },
    ],
  ])("config %j", async (written, config) => {
    const lines = written
      .split("\n")
      .map((line) => `    ${line}`)
      .join("\n");
    const { runner } = await plan(
      "shell.Commands",
      `commands: [a]\ntaskRunner:\n  type: ${String(KUBERNETES[0])}\n  config:\n${lines}`,
    );
    expect(runner).toEqual({ kind: "kubernetes", config });
  });
});
