import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { accessFromKubeconfig, accessFromKubeconfigFiles, accessInCluster } from "./access.ts";
import { accessFromConnectionConfig, type ConnectionConfig, pemOf } from "./connection-config.ts";
import { listContexts } from "./check.ts";

const pem = (label: string, body = "QUJD"): string =>
  `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

interface Parts {
  name?: string;
  cluster?: object;
  user?: object;
  namespace?: string;
}

function kubeconfig({
  name = "prod",
  cluster = {},
  user = { token: "t" },
  namespace,
}: Parts = {}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name: `${name}-cluster`, cluster: { server: "https://k8s:6443/", ...cluster } }],
    users: [{ name: `${name}-user`, user }],
    contexts: [{ name, context: { cluster: `${name}-cluster`, user: `${name}-user`, namespace } }],
  });
}

const strict = { context: null, allowsExec: false, allowsFiles: false };
const open = (parts: Parts = {}) => accessFromKubeconfig({ ...strict, text: kubeconfig(parts) });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "podflow-access-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("a kubeconfig", () => {
  test("gives the address, the namespace and the login of its context", async () => {
    const access = open({
      cluster: {
        "certificate-authority-data": base64(pem("CERTIFICATE")),
        "tls-server-name": "inner",
      },
      namespace: "team",
    });
    expect([access.server, access.namespace]).toEqual(["https://k8s:6443", "team"]);
    expect(await access.login()).toMatchObject({
      headers: { authorization: "Bearer t" },
      tls: { ca: pem("CERTIFICATE"), servername: "inner" },
    });
  });

  test.each([
    [
      "a client certificate",
      { "client-certificate-data": base64("cert"), "client-key-data": base64("key") },
      {},
      { cert: "cert", key: "key" },
    ],
    [
      "a name and a password",
      { username: "me", password: "pw" },
      { authorization: `Basic ${base64("me:pw")}` },
      {},
    ],
    [
      "somebody else's name",
      { token: "t", as: "other" },
      { authorization: "Bearer t", "impersonate-user": "other" },
      {},
    ],
  ])("logs in by %s", async (...[, user, headers, tls]) => {
    const login = await open({ user }).login();
    expect(login.headers).toEqual(headers);
    expect(login.tls).toMatchObject(tls);
  });

  test.each([
    ["runs a program", { user: { exec: { command: "aws" } } }, /runs the program "aws"/],
    ["uses an auth-provider", { user: { "auth-provider": { name: "oidc" } } }, /auth-provider/],
    ["names a file of a token", { user: { tokenFile: "/etc/passwd" } }, /\/etc\/passwd/],
    ["names a file of a key", { user: { "client-key": "/root/key" } }, /\/root\/key/],
    [
      "names a file of an authority",
      { cluster: { "certificate-authority": "/etc/ca" } },
      /\/etc\/ca/,
    ],
    ["has no address", { cluster: { server: "file:///x" } }, /no usable address/],
    ["has an address that is none", { cluster: { server: "https://a b" } }, /no usable address/],
    ["has a proxy that is none", { cluster: { "proxy-url": "http://a b" } }, /proxy-url/],
  ])("that %s is refused before anything is read", (_name, parts, message) => {
    expect(() => open(parts)).toThrow(message);
    expect(() => open(parts)).toThrow(
      expect.objectContaining({ name: "RunnerError", kind: "config" }),
    );
  });

  test.each([
    ["is no YAML", "a: [", /no YAML/],
    ["is something else", "[]", /cannot be used/],
    ["has no contexts", "kind: Config", /no current context; its contexts: none/],
    ["is far too large", `a: ${"x".repeat(2 ** 20)}`, /larger than 1 MiB/],
  ])("that %s is refused", (_name, text, message) => {
    expect(() => accessFromKubeconfig({ ...strict, text })).toThrow(message);
  });

  test("a complaint never quotes the text, which may hold secrets", () => {
    const text = "users:\n- token: very-secret\n  : : [";
    expect(() => accessFromKubeconfig({ ...strict, text })).toThrow(/^(?!.*very-secret).*$/s);
  });

  test("a context that is not in it is told with those that are", () => {
    const attempt = () => accessFromKubeconfig({ ...strict, text: kubeconfig(), context: "dev" });
    expect(attempt).toThrow(/no context "dev"; its contexts: prod/);
  });

  test("a login program gets what it needs and gives the token", async () => {
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "sh",
      args: ["-c", `test -n "$KUBERNETES_EXEC_INFO" && echo '{"status":{"token":"'$WORD'"}}'`],
      env: [{ name: "WORD", value: "made" }],
      interactiveMode: "Never",
    };
    const access = accessFromKubeconfig({
      ...strict,
      allowsExec: true,
      text: kubeconfig({ user: { exec } }),
    });
    expect((await access.login()).headers).toEqual({ authorization: "Bearer made" });
  });

  test("a login program that fails is told with its own words", async () => {
    const exec = { command: "sh", args: ["-c", "echo expired >&2; exit 1"] };
    const access = accessFromKubeconfig({
      ...strict,
      allowsExec: true,
      text: kubeconfig({ user: { exec } }),
    });
    await expect(access.login()).rejects.toMatchObject({
      kind: "unauthorized",
      evidence: "expired\n",
    });
  });

  test.each([
    ["says nothing", "exit 3", "It ended with 3."],
    ["answers with something else", "echo hunter2-answer", /ExecCredential/],
  ])("a login program that %s does not show what it was given", async (_, script, evidence) => {
    const env = [{ name: "LOGIN", value: "hunter2" }];
    const exec = { command: "sh", args: ["-c", script], env };
    const text = kubeconfig({ user: { exec } });
    const access = accessFromKubeconfig({ ...strict, allowsExec: true, text });
    const error: unknown = await access.login().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ evidence: expect.stringMatching(evidence) });
    expect(error).toMatchObject({ evidence: expect.not.stringMatching(/hunter2/) });
  });
});

describe("the machine's kubeconfig files", () => {
  test("are merged, with relative names from each file's folder, and absent files passed over", async () => {
    await mkdir(join(folder, "sub"));
    await writeFile(join(folder, "sub/token"), "from-file\n");
    await writeFile(join(folder, "one"), kubeconfig({ name: "one" }));
    await writeFile(
      join(folder, "sub/two"),
      kubeconfig({ name: "two", user: { tokenFile: "token" } }),
    );
    const paths = ["one", "absent", "sub/two"].map((name) => join(folder, name));
    const contexts = await listContexts(paths);
    expect(contexts.map(({ name, isCurrent }) => [name, isCurrent])).toEqual([
      ["one", true],
      ["two", false],
    ]);
    const access = await accessFromKubeconfigFiles({ paths, context: "two", allowsExec: false });
    expect((await access.login()).headers).toEqual({ authorization: "Bearer from-file" });
  });

  test("without any there are no contexts", async () => {
    expect(await listContexts([join(folder, "absent")])).toEqual([]);
  });
});

describe("the cluster we run in", () => {
  test("is none without a service account", async () => {
    expect(await accessInCluster({ accountFolder: folder })).toBeNull();
  });

  test("gives the token of the moment", async () => {
    for (const [name, text] of [
      ["ca.crt", "ca"],
      ["namespace", "pods"],
      ["token", "old"],
    ] as const) {
      await writeFile(join(folder, name), text);
    }
    const access = await accessInCluster({ accountFolder: folder });
    expect(access).toMatchObject({ server: "https://kubernetes.default.svc", namespace: "pods" });
    expect(await access?.login()).toMatchObject({
      headers: { authorization: "Bearer old" },
      tls: { ca: "ca" },
    });
    await writeFile(join(folder, "token"), "new\n");
    expect((await access?.login(true))?.headers).toEqual({ authorization: "Bearer new" });
  });
});

describe("a task's config", () => {
  const inherit = open({
    cluster: { "certificate-authority-data": base64(pem("CERTIFICATE")) },
    namespace: "base",
  });

  test("inherits what it does not set", async () => {
    const access = await accessFromConnectionConfig({ namespace: "mine" }, inherit);
    expect(access).toMatchObject({ server: "https://k8s:6443", namespace: "mine" });
    expect(await access.login()).toMatchObject({
      headers: { authorization: "Bearer t" },
      tls: { ca: pem("CERTIFICATE") },
    });
  });

  test("inherits nothing when it says so", async () => {
    const config = { inheritClusterConfig: false, masterUrl: "https://k8s:6443" };
    const access = await accessFromConnectionConfig(config, inherit);
    expect(access.namespace).toBeNull();
    expect(await access.login()).toEqual({ headers: {}, tls: {} });
    const empty = accessFromConnectionConfig({ inheritClusterConfig: false }, inherit);
    await expect(empty).rejects.toThrow(/no masterUrl/);
  });

  test("takes a login of its own whole, and keeps the authority", async () => {
    const config = {
      clientCert: base64(pem("CERTIFICATE", "TUlORQ==")),
      clientKey: base64(pem("PRIVATE KEY")),
    };
    const login = await (await accessFromConnectionConfig(config, inherit)).login();
    expect(login.headers).toEqual({});
    expect(login.tls).toMatchObject({
      ca: pem("CERTIFICATE"),
      cert: pem("CERTIFICATE", "TUlORQ=="),
      key: pem("PRIVATE KEY"),
    });
  });

  test("never sends the connection's login to another server", async () => {
    const config = { masterUrl: "https://evil:6443" };
    const login = await (await accessFromConnectionConfig(config, inherit)).login();
    expect(login).toEqual({ headers: {}, tls: {} });
  });

  test.each([
    ["oauthToken", { oauthToken: " a\n b " }, { authorization: "Bearer ab" }],
    ["oAuthToken", { oAuthToken: "ab" }, { authorization: "Bearer ab" }],
    [
      "username and password",
      { username: "u", password: "p" },
      { authorization: `Basic ${base64("u:p")}` },
    ],
    ["a user name beside a certificate", { username: "u", clientCertData: pem("CERTIFICATE") }, {}],
  ])("logs in by %s", async (_name, config, headers) => {
    const whole = { masterUrl: "https://k8s:6443", ...config };
    const access = await accessFromConnectionConfig(whole, null);
    expect((await access.login()).headers).toEqual(headers);
  });

  test("takes the token of the moment from a source, and tells it when that was refused", async () => {
    const tokenSource = { id: "x", token: async (refused: boolean) => (refused ? "new" : "old") };
    const access = await accessFromConnectionConfig({ tokenSource }, inherit);
    expect((await access.login()).headers).toEqual({ authorization: "Bearer old" });
    expect((await access.login(true)).headers).toEqual({ authorization: "Bearer new" });
  });

  test("trusts any certificate only where it says so", async () => {
    const login = await (await accessFromConnectionConfig({ trustCerts: true }, inherit)).login();
    expect(login.tls.rejectUnauthorized).toBe(false);
    const insecure = open({ cluster: { "insecure-skip-tls-verify": true } });
    const tlsOf = async (config: ConnectionConfig) =>
      (await (await accessFromConnectionConfig(config, insecure)).login()).tls;
    expect((await tlsOf({})).rejectUnauthorized).toBe(false);
    expect((await tlsOf({ trustCerts: false })).rejectUnauthorized).toBe(true);
  });

  test.each([
    ["a program", { exec: { command: "gcloud" } }, /runs the program "gcloud"/],
    ["an auth-provider", { "auth-provider": { name: "oidc" } }, /uses an auth-provider/],
  ])("with a kubeconfig that logs in by %s is told what works here", async (...parts) => {
    const [, user, message] = parts;
    const written = accessFromConnectionConfig({ kubeconfig: kubeconfig({ user }) }, null);
    await expect(written).rejects.toMatchObject({
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/^(?!.*PODFLOW_)Take it out .*config\.oauthToken\b/),
      place: ["taskRunner", "config", "kubeconfig"],
    });
    const mended = { kubeconfig: kubeconfig({ user: {} }), oauthToken: "own" };
    const access = await accessFromConnectionConfig(mended, null);
    expect((await access.login()).headers).toEqual({ authorization: "Bearer own" });
  });

  test.each([
    ["no server", {}, /no masterUrl/],
    ["a server that is none", { masterUrl: "k8s:6443" }, /is no address: "k8s:6443"/],
    ["a server that cannot be one", { masterUrl: "https://a b" }, /is no address: "https:\/\/a b"/],
    [
      "a certificate that is none",
      { masterUrl: "https://a", caCert: "nonsense" },
      /caCertData is neither PEM/,
    ],
    [
      "a kubeconfig that runs a program",
      { kubeconfig: kubeconfig({ user: { exec: { command: "x" } } }) },
      /not allowed/,
    ],
  ])("with %s is refused", async (_name, config, message) => {
    const refusal = { name: "RunnerError", fault: "user", message: expect.stringMatching(message) };
    await expect(accessFromConnectionConfig(config, null)).rejects.toMatchObject(refusal);
  });

  test("with a server that cannot be one is refused beside a connection, too", async () => {
    const refused = accessFromConnectionConfig({ masterUrl: "https://{{ x }}" }, inherit);
    await expect(refused).rejects.toMatchObject({
      kind: "config",
      place: ["taskRunner", "config", "masterUrl"],
    });
  });

  const long = "QUJD".repeat(40);
  const whole = pem(
    "CERTIFICATE",
    `${long.slice(0, 64)}\n${long.slice(64, 128)}\n${long.slice(128)}`,
  );
  test.each([
    ["PEM", whole],
    ["PEM whose lines YAML has folded", whole.replaceAll("\n", " ")],
    ["base64 of PEM", base64(whole)],
    ["base64 in lines", base64(whole).replace(/(.{76})/g, "$1\n  ")],
  ])("certificates may be %s", (_name, text) => {
    expect(pemOf("caCertData", text)).toBe(whole);
  });
});
