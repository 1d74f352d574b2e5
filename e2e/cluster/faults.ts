import { mkdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Answer, Api } from "./api.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { makeAuthority } from "./own/pki.ts";

/**
 * A kubeconfig whose authority did not sign the server's certificate: every call fails in TLS.
 * @param folder where the new kubeconfig is written, which is created when missing
 * @returns the new kubeconfig's path, as for every function here
 */
export async function kubeconfigWithWrongCa(admin: Api, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await makeAuthority(folder, "other");
  const authority = await readFile(join(folder, "other.crt"), "utf8");
  return writeKubeconfig(folder, "wrong-ca.kubeconfig", { ...admin.credentials, authority });
}

/** A kubeconfig with a token that the API server refuses (401), as it does an expired one. */
export async function kubeconfigWithBadToken(admin: Api, folder: string): Promise<string> {
  const credentials = { ...admin.credentials, token: "expired" };
  return writeKubeconfig(folder, "bad-token.kubeconfig", credentials);
}

/** A kubeconfig of the right cluster at a port on which nobody listens: connections are refused. */
export async function kubeconfigOfNobody(admin: Api, folder: string): Promise<string> {
  const server = `https://127.0.0.1:${await closedPort()}`;
  return writeKubeconfig(folder, "nobody.kubeconfig", { ...admin.credentials, server });
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
  const name = `account-${account.namespace}-${account.name}.kubeconfig`;
  return writeKubeconfig(folder, name, { ...admin.credentials, token: status.token });
}

function refuseFailure(what: string, answer: Answer): void {
  if (answer.status < 300) return;
  throw new Error(`The API server answered ${answer.status} to ${what}: ${answer.text}`);
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || !address) throw new Error("The system gave no port.");
  return address.port;
}
