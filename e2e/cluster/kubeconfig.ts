import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";

/** What a kubeconfig says of its cluster and its user, decoded. */
export interface Credentials {
  server: string;
  /** PEM, as are certificate and key. */
  authority: string;
  /** Empty when the user has a token instead. */
  certificate: string;
  key: string;
  token: string;
}

/** @throws Error when it has neither a certificate nor a token in it, as with a cloud's own login. */
export async function readKubeconfig(path: string): Promise<Credentials> {
  // A kubeconfig has this shape; what it may lack is checked below.
  const config = parse(await readFile(path, "utf8")) as {
    clusters?: { cluster?: Record<string, string> }[];
    users?: { user?: Record<string, string> }[];
  };
  const cluster = config.clusters?.[0]?.cluster ?? {};
  const user = config.users?.[0]?.user ?? {};
  const credentials = {
    server: cluster.server ?? "",
    authority: decoded(cluster["certificate-authority-data"]),
    certificate: decoded(user["client-certificate-data"]),
    key: decoded(user["client-key-data"]),
    token: user.token ?? "",
  };
  if (credentials.certificate === "" && credentials.token === "") {
    throw new Error(`${path} has neither a client certificate nor a token in it.`);
  }
  return credentials;
}

/** Writes a kubeconfig, readable by its owner only, and returns its path. */
export async function writeKubeconfig(
  folder: string,
  name: string,
  credentials: Credentials,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, kubeconfigText(credentials), { mode: 0o600 });
  return path;
}

/** JSON, which is YAML too. */
function kubeconfigText({ server, authority, certificate, key, token }: Credentials): string {
  const cluster = { server, "certificate-authority-data": encoded(authority) };
  const user = token
    ? { token }
    : { "client-certificate-data": encoded(certificate), "client-key-data": encoded(key) };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "podflow-test",
    clusters: [{ name: "podflow-test", cluster }],
    contexts: [{ name: "podflow-test", context: { cluster: "podflow-test", user: "user" } }],
    users: [{ name: "user", user }],
  };
  return JSON.stringify(config, null, 2);
}

function decoded(text = ""): string {
  return Buffer.from(text, "base64").toString();
}

function encoded(text: string): string {
  return Buffer.from(text).toString("base64");
}
