import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Api, Credentials } from "./api.ts";
import { kubeconfigText, makeAuthority } from "./own/pki.ts";

/**
 * A kubeconfig whose authority did not sign the server's certificate: every call fails in TLS.
 * @param folder where the new kubeconfig is written, which is created when missing
 * @returns the new kubeconfig's path, as for every function here
 */
export async function kubeconfigWithWrongCa(admin: Api, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await makeAuthority(folder, "other");
  const authority = await readFile(join(folder, "other.crt"), "utf8");
  const { server } = admin.credentials;
  const text = kubeconfigText(server, authority, userOf(admin.credentials));
  return write(folder, "wrong-ca", text);
}

/** A kubeconfig with a token that the API server refuses (401), as it does an expired one. */
export async function kubeconfigWithBadToken(admin: Api, folder: string): Promise<string> {
  const { server, authority } = admin.credentials;
  return write(folder, "bad-token", kubeconfigText(server, authority, { token: "expired" }));
}

/** A kubeconfig of the right cluster at a port on which nobody listens: connections are refused. */
export async function kubeconfigOfNobody(admin: Api, folder: string): Promise<string> {
  const server = `https://127.0.0.1:${await closedPort()}`;
  const user = userOf(admin.credentials);
  return write(folder, "nobody", kubeconfigText(server, admin.credentials.authority, user));
}

/**
 * A kubeconfig for a service account, which is created in an existing namespace when missing. It
 * may do what the roles bound to it say: at first nothing, so that every call is forbidden (403).
 * Its token lasts for two hours.
 */
export async function kubeconfigOfServiceAccount(
  admin: Api,
  folder: string,
  account: { namespace: string; name: string },
): Promise<string> {
  const accounts = `/api/v1/namespaces/${account.namespace}/serviceaccounts`;
  const created = await admin.call("POST", accounts, { metadata: { name: account.name } });
  if (created.status !== 409) refuseFailure("creating the service account", created);
  const answer = await admin.call("POST", `${accounts}/${account.name}/token`, {
    spec: { expirationSeconds: 7200 },
  });
  refuseFailure("asking for a token", answer);
  // The API server's answer to a TokenRequest that it accepted.
  const { status } = JSON.parse(answer.text) as { status: { token: string } };
  const { server, authority } = admin.credentials;
  const text = kubeconfigText(server, authority, { token: status.token });
  return write(folder, `account-${account.namespace}-${account.name}`, text);
}

function refuseFailure(what: string, answer: { status: number; text: string }): void {
  if (answer.status < 300) return;
  throw new Error(`The API server answered ${answer.status} to ${what}: ${answer.text}`);
}

function userOf(credentials: Credentials): object {
  if (credentials.token) return { token: credentials.token };
  return {
    "client-certificate-data": Buffer.from(credentials.certificate).toString("base64"),
    "client-key-data": Buffer.from(credentials.key).toString("base64"),
  };
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
