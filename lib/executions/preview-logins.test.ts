import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { parse } from "yaml";
import {
  AWAY,
  type ClosedServer,
  linesOf,
  openClosedServer,
  openPreviewStage,
  type PreviewStage,
} from "#e2e/executions/preview-stage.ts";
import type { PreviewFinding, TaskPreview } from "#lib/core/preview-view.ts";

let stage: PreviewStage;
let server: ClosedServer;
beforeAll(async () => {
  stage = await openPreviewStage();
  server = await openClosedServer();
  const keys = ["TOKEN", "CERT", "KEY", "KUBECONFIG", "REGISTRY", "DISK", "HOST"];
  for (const key of keys) vi.stubEnv(`SECRET_${key}`, Buffer.from("x7").toString("base64"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  server.close();
  await stage.close();
});
beforeEach(() => {
  server.logins.length = 0;
});

/** The runner's properties begin in line 15. */
function flowWith(properties: string): string {
  return `id: report
namespace: data.team
inputs:
  - id: place
    type: STRING
tasks:
  - id: first
    type: io.kestra.plugin.core.log.Log
    message: hi
  - id: make
    type: io.kestra.plugin.scripts.shell.Commands
    commands: [echo hi]
    taskRunner:
      type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes
${properties.replaceAll(/^/gm, "      ")}
`;
}

function preview(properties: string, connectionId: string | null = null): Promise<TaskPreview> {
  return stage.preview({ source: flowWith(properties), taskId: "make", connectionId });
}

/** What is said of more than the image, which has no registry to be asked. */
function told(found: TaskPreview): string[] {
  return linesOf(found).filter((line) => line !== "not-checked image 13");
}

function findingAt({ findings }: TaskPreview, line: number): Partial<PreviewFinding> {
  return findings.find(({ range }) => range?.startLine === line) ?? {};
}

function manifestOf({ manifest }: TaskPreview): unknown {
  return parse(manifest ?? "");
}

const PROVIDER = `oauthTokenProvider:
  task: {type: io.kestra.plugin.scripts.shell.Commands, commands: [a]}
  output: "{{ vars.token }}"
  cache: "{{ inputs.place }}"`;

test.each([
  ["a token", ["oauthToken: \"{{ secret('TOKEN') }}\""], /`config\.oauthToken` is a secret/],
  ["a token by its older name", ["oAuthToken: x{{ secret('TOKEN') }}"], /oAuthToken` is a secret/],
  [
    "a token that an expression takes apart",
    ["oauthToken: \"{{ fromJson(secret('TOKEN')).token }}\""],
    /`config\.oauthToken` is a secret/,
  ],
  [
    "certificates",
    ["clientCertData: \"{{ secret('CERT') }}\"", "clientKeyData: \"{{ secret('KEY') }}\""],
    /`config\.clientCertData` and `config\.clientKeyData` are secrets/,
  ],
  [
    "an authority",
    ["caCert: \"{{ secret('CERT') }}\"", "oauthToken: x"],
    /`config\.caCert` is a secret/,
  ],
  ["an input", ['oauthToken: "{{ inputs.place }}"'], /`config\.oauthToken` has its value when/],
  [
    "outputs",
    ["username: u", 'password: "{{ outputs.first.vars.b }}"'],
    /config\.password` has its/,
  ],
  [
    "an input and a secret",
    ['username: "{{ inputs.place }}"', "password: \"{{ secret('TOKEN') }}\""],
    /`config\.password` is a secret, .* and `config\.username` has its value/,
  ],
  ["a whole kubeconfig", ["kubeconfig: \"{{ secret('KUBECONFIG') }}\""], /kubeconfig` is a secret/],
  ["a task", PROVIDER.split("\n"), /`config\.oauthTokenProvider` gives its token when/],
])("by %s, which a preview does not have, the cluster is not asked", async (_name, login, why) => {
  for (const name of ["config", "connection"]) {
    const own = [`masterUrl: ${server.url}`, "namespace: elsewhere", ...login];
    const found = await preview([`${name}:`, ...own.map((line) => `  ${line}`)].join("\n"));
    expect(manifestOf(found)).toMatchObject({ kind: "Pod", metadata: { namespace: "elsewhere" } });
    expect(server.logins).toEqual([]);
    const line = own.findIndex((text) => /secret|inputs|outputs|Provider/.test(text)) + 16;
    expect(told(found)).toEqual([`not-checked place ${line}`]);
    const { message = "", remedy = "" } = findingAt(found, line);
    expect(message).toMatch(/^What the cluster says of the pod was not checked: /);
    expect(message).toMatch(why);
    expect(remedy).toContain("connection");
  }
});

test.each(["{{ outputs.first.vars.endpoint }}", "{{ inputs.place }}", "{{ secret('HOST') }}"])(
  "an address with %s is asked by nobody, and the manifest has the namespace of a run",
  async (host) => {
    const found = await preview(`config: {masterUrl: "https://${host}"}`);
    expect(manifestOf(found)).toMatchObject({ kind: "Pod", metadata: { namespace: "jobs" } });
    expect(told(found)).toEqual(["not-checked place 15"]);
  },
);

test("a namespace that comes with the run keeps nobody from asking the cluster", async () => {
  const found = await preview(
    `config: {masterUrl: ${server.url}, oauthToken: x, namespace: "{{ inputs.place }}"}`,
  );
  expect(manifestOf(found)).toMatchObject({ metadata: { namespace: "jobs" } });
  expect(server.logins).toContain("Bearer x");
  expect(told(found)).toContain("info expression 15");
});

test("what is not known of `config` is nothing to a connection that a person picked", async () => {
  const found = await preview("config: {oauthToken: \"{{ secret('TOKEN') }}\"}", AWAY);
  expect(told(found)).toEqual(["error place -"]);
});

test.each([
  ["a certificate that is none", "clientCertData: nonsense", /neither PEM nor base64/, 17],
  ["a file that is not allowed", "caCertFile: /etc/ca.crt", /names a file of the server/, 17],
  ["an address that cannot be one", "masterUrl: https://a b", /is no address/, 17],
])("%s is told at its line, with the manifest", async (_name, login, message, line) => {
  const found = await preview(`config:\n  namespace: mine\n  ${login}`);
  expect(manifestOf(found)).toMatchObject({ kind: "Pod", metadata: { namespace: "mine" } });
  expect(told(found)).toEqual([`error place ${line}`]);
  expect(findingAt(found, line).message).toMatch(message);
});

test.each([
  ["auth: \"{{ secret('REGISTRY') }}\"", /`credentials\.auth` is a secret/],
  ['auth: "{{ inputs.place }}"', /`credentials\.auth` has its value when the flow runs/],
  [
    "username: \"{{ secret('TOKEN') }}\", password: \"{{ secret('REGISTRY') }}\"",
    /`credentials\.username` and `credentials\.password` are secrets/,
  ],
])("a registry's login of {%s} is no error", async (credentials, message) => {
  const found = await preview(`credentials: {${credentials}}`, AWAY);
  expect(manifestOf(found)).toMatchObject({ spec: { imagePullSecrets: [expect.anything()] } });
  expect(told(found)).toEqual(["error place -", "not-checked image 15"]);
  expect(findingAt(found, 15).message).toMatch(/^The login to the registry was not checked: /);
  expect(findingAt(found, 15).message).toMatch(message);
  expect(found.manifest).not.toContain("x7");
});

test("a login that is written out wrong stays an error", async () => {
  const found = await preview("credentials: {auth: bm90aGluZw==}", AWAY);
  expect(found.findings).toMatchObject([
    { severity: "error", check: "config", range: { startLine: 15 } },
  ]);
});

test.each([
  [
    "nodeSelector: {disk: \"{{ secret('DISK') }}\"}",
    { spec: { nodeSelector: { disk: "secret-disk" } } },
  ],
  ["namespace: \"{{ secret('DISK') }}\"", { metadata: { namespace: "jobs" } }],
  ["waitUntilRunning: \"{{ secret('DISK') }}\"", { kind: "Pod" }],
  ["podSpec: \"{{ secret('DISK') }}\"", { kind: "Pod" }],
])("%s has something valid in the secret's place", async (property, part) => {
  const found = await preview(property, AWAY);
  expect(manifestOf(found)).toMatchObject(part);
  expect(told(found)).toEqual(["error place -", "info expression 15"]);
  expect(findingAt(found, 15).message).toMatch(/has a secret, which a preview does not look up/);
});

test.each([
  [
    "annotations: {a/b: \"{{ secret('DISK') }}\"}",
    { metadata: { annotations: { "a/b": "********" } } },
  ],
  [
    "containerSpec: {env: [{name: A, value: \"{{ secret('DISK') }}\"}]}",
    { spec: { containers: [{ env: expect.arrayContaining([{ name: "A", value: "********" }]) }] } },
  ],
])(
  "in %s any text may stand: it is hidden, and there is nothing to say",
  async (property, part) => {
    const found = await preview(property, AWAY);
    expect(manifestOf(found)).toMatchObject(part);
    expect(told(found)).toEqual(["error place -"]);
  },
);

test("an image that has a secret is not held against the task", async () => {
  const source = flowWith("delete: true").replace(
    "commands:",
    "containerImage: \"{{ secret('HOST') }}/app:1\"\n    commands:",
  );
  const found = await stage.preview({ source, taskId: "make" });
  expect(manifestOf(found)).toMatchObject({ spec: { containers: [{ image: "********/app:1" }] } });
  expect(linesOf(found)).toEqual(["error place -", "info expression 12"]);
});
