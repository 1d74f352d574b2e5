import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { Agent, request } from "undici";
import { parse } from "yaml";
import { kubeconfigText, makeAuthority } from "./own/pki.ts";

interface Admin {
  server: string;
  authority: string;
  certificate: string;
  key: string;
}

/**
 * A kubeconfig whose authority did not sign the server's certificate: every call fails in TLS.
 * @param adminPath the kubeconfig of the cluster's administrator
 * @param folder where the new kubeconfig is written, which is created when missing
 * @returns the new kubeconfig's path, as for every function here
 */
export async function kubeconfigWithWrongCa(adminPath: string, folder: string): Promise<string> {
  const admin = await readAdmin(adminPath);
  await mkdir(folder, { recursive: true });
  await makeAuthority(folder, "other");
  const authority = await readFile(join(folder, "other.crt"), "utf8");
  return write(folder, "wrong-ca", kubeconfigText(admin.server, authority, certificateOf(admin)));
}

/** A kubeconfig with a token that the API server refuses (401), as it does an expired one. */
export async function kubeconfigWithBadToken(adminPath: string, folder: string): Promise<string> {
  const { server, authority } = await readAdmin(adminPath);
  return write(folder, "bad-token", kubeconfigText(server, authority, { token: "expired" }));
}

/** A kubeconfig of the right cluster at a port on which nobody listens: connections are refused. */
export async function kubeconfigOfNobody(adminPath: string, folder: string): Promise<string> {
  const admin = await readAdmin(adminPath);
  const server = `https://127.0.0.1:${await closedPort()}`;
  return write(folder, "nobody", kubeconfigText(server, admin.authority, certificateOf(admin)));
}

/**
 * A kubeconfig for a service account, which is created in an existing namespace when missing. It
 * may do what the roles bound to it say: at first nothing, so that every call is forbidden (403).
 */
export async function kubeconfigOfServiceAccount(
  adminPath: string,
  folder: string,
  account: { namespace: string; name: string },
): Promise<string> {
  const admin = await readAdmin(adminPath);
  const accounts = `/api/v1/namespaces/${account.namespace}/serviceaccounts`;
  await post(admin, accounts, { metadata: { name: account.name } }, [409]);
  const answer = await post(admin, `${accounts}/${account.name}/token`, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: 7200 },
  });
  // The API server's answer to a TokenRequest that it accepted.
  const { status } = JSON.parse(answer) as { status: { token: string } };
  const text = kubeconfigText(admin.server, admin.authority, { token: status.token });
  return write(folder, `account-${account.namespace}-${account.name}`, text);
}

async function readAdmin(path: string): Promise<Admin> {
  // A kubeconfig has this shape; what it may lack is checked below.
  const config = parse(await readFile(path, "utf8")) as {
    clusters?: { cluster?: Record<string, string> }[];
    users?: { user?: Record<string, string> }[];
  };
  const cluster = config.clusters?.[0]?.cluster ?? {};
  const user = config.users?.[0]?.user ?? {};
  const decoded = (text = ""): string => Buffer.from(text, "base64").toString();
  const admin = {
    server: cluster.server ?? "",
    authority: decoded(cluster["certificate-authority-data"]),
    certificate: decoded(user["client-certificate-data"]),
    key: decoded(user["client-key-data"]),
  };
  if (Object.values(admin).includes("")) {
    throw new Error(`${path} has no embedded client certificate, which the fault tests need.`);
  }
  return admin;
}

function certificateOf(admin: Admin): object {
  return {
    "client-certificate-data": Buffer.from(admin.certificate).toString("base64"),
    "client-key-data": Buffer.from(admin.key).toString("base64"),
  };
}

/** @throws Error with the API server's words unless it answers 2xx or a status that is allowed too. */
async function post(admin: Admin, path: string, body: object, allowed: number[] = []) {
  const connect = { ca: admin.authority, cert: admin.certificate, key: admin.key };
  const dispatcher = new Agent({ connect });
  const answer = await request(`${admin.server}${path}`, {
    ...{ dispatcher, method: "POST", body: JSON.stringify(body) },
    headers: { "content-type": "application/json" },
  });
  const text = await answer.body.text();
  await dispatcher.close();
  const isFine = answer.statusCode < 300 || allowed.includes(answer.statusCode);
  if (!isFine) throw new Error(`POST ${path} was answered ${answer.statusCode}: ${text}`);
  return text;
}

async function write(folder: string, name: string, text: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.kubeconfig`);
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || !address) throw new Error("The system gave no port.");
  return address.port;
}
