import { readFile } from "node:fs/promises";
import { RunnerError, type SpecPath } from "../contract.ts";
import type { KubeconfigCluster, KubeconfigUser } from "./kubeconfig.ts";
import { runLoginProgram } from "./login-program.ts";

/** TLS options as `node:tls` takes them. */
export interface TlsOptions {
  ca?: string;
  cert?: string;
  key?: string;
  /** PKCS#12 with key and certificate, instead of these. */
  pfx?: Buffer;
  passphrase?: string;
  rejectUnauthorized?: boolean;
  servername?: string;
  checkServerIdentity?: () => undefined;
}

/** What a call needs to be let in, at the moment. */
export interface Login {
  headers: Record<string, string>;
  tls: TlsOptions;
}

export interface KubeconfigOptions {
  /** YAML or JSON. */
  text: string;
  /** null: the current context. */
  context: string | null;
  /** Whether it may run a program to log in (`exec`, `auth-provider`). */
  allowsExec: boolean;
  /** Whether it may read files of this machine. */
  allowsFiles: boolean;
  /** Folder that relative file names start from. */
  folder?: string;
  /** What to do about a program that is not allowed; otherwise the setting that allows it is named. */
  execRemedy?: string;
  /** What of an attempt's spec it stands in, if in any. */
  place?: SpecPath;
}

const ALLOW_EXEC =
  "Use a service account's token instead, or let the operator set PODFLOW_ALLOW_KUBECONFIG_EXEC=true.";
/** Files may be exchanged under us (a rotated token or certificate), so they are read again. */
const FILES_MS = 60_000;

/**
 * The login of a kubeconfig's user. What is not allowed is refused here, before anything is read.
 * @throws RunnerError of kind `config`
 */
export function loginOf(
  options: KubeconfigOptions,
  cluster: KubeconfigCluster,
  user: KubeconfigUser,
): (wasRefused?: boolean) => Promise<Login> {
  refuseWhatIsNotAllowed(options, cluster, user);
  let cached: { login: Login; until: number } | null = null;
  return async (wasRefused = false) => {
    if (cached && !wasRefused && Date.now() < cached.until) return cached.login;
    cached = await freshLogin(cluster, user);
    return cached.login;
  };
}

async function freshLogin(
  cluster: KubeconfigCluster,
  user: KubeconfigUser,
): Promise<{ login: Login; until: number }> {
  const tls: TlsOptions = {
    ca: await pem(cluster, "certificate-authority"),
    cert: await pem(user, "client-certificate"),
    key: await pem(user, "client-key"),
    servername: cluster["tls-server-name"],
    ...(cluster["insecure-skip-tls-verify"] && { rejectUnauthorized: false }),
  };
  const headers: Record<string, string> = {};
  let until = Date.now() + FILES_MS;
  if (user.as) headers["impersonate-user"] = user.as;
  const [group] = user["as-groups"] ?? [];
  if (group) headers["impersonate-group"] = group;
  const token = user.tokenFile ? await readText(user.tokenFile) : user.token;
  if (token) {
    headers.authorization = `Bearer ${token.trim()}`;
  } else if (user.username && user.password) {
    headers.authorization = basicHeader(user.username, user.password);
  } else if (user.exec) {
    const credential = await runLoginProgram(user.exec, cluster);
    if (credential.token) headers.authorization = `Bearer ${credential.token}`;
    if (credential.cert) Object.assign(tls, { cert: credential.cert, key: credential.key });
    until = credential.until;
  } else if (user["auth-provider"]) {
    headers.authorization = await authProviderHeader(user);
  }
  return { login: { headers, tls }, until };
}

export function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

type PemName = "certificate-authority" | "client-certificate" | "client-key";

/** Data wins over a file, as in kubectl. */
async function pem(
  source: Partial<Record<PemName | `${PemName}-data`, string>>,
  name: PemName,
): Promise<string | undefined> {
  const data = source[`${name}-data`];
  if (data) return Buffer.from(data, "base64").toString();
  const path = source[name];
  return path ? readText(path) : undefined;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new RunnerError("config", `The file ${path}, named in the kubeconfig, cannot be read.`, {
      remedy: "Make it readable for Podflow, or import a kubeconfig that has everything in it.",
      evidence: error instanceof Error ? error.message : String(error),
      fault: "user",
      isTransient: false,
      cause: error,
    });
  }
}

/** OpenID Connect and what older clouds used; client-node knows how each is renewed. */
async function authProviderHeader(user: KubeconfigUser): Promise<string> {
  // Loaded when it is needed: it takes more than a second and 80 MB.
  const { KubeConfig } = await import("@kubernetes/client-node");
  const kubeconfig = new KubeConfig();
  const provider = user["auth-provider"];
  kubeconfig.loadFromClusterAndUser(
    { name: "cluster", server: "https://unused", skipTLSVerify: false },
    { name: "user", authProvider: provider },
  );
  const options: { headers: Record<string, string> } = { headers: {} };
  try {
    await kubeconfig.applyToHTTPSOptions(options);
  } catch (error) {
    throw new RunnerError(
      "unauthorized",
      `The login by "${provider?.name ?? ""}" of the kubeconfig failed.`,
      {
        remedy:
          "Log in again with the tool that wrote the kubeconfig, or use a service account's token.",
        evidence: error instanceof Error ? error.message : String(error),
        fault: "user",
        isTransient: false,
        cause: error,
      },
    );
  }
  return options.headers.Authorization ?? "";
}

function refuseWhatIsNotAllowed(
  { allowsExec, allowsFiles, execRemedy = ALLOW_EXEC, place }: KubeconfigOptions,
  cluster: KubeconfigCluster,
  user: KubeconfigUser,
): void {
  const refuse = (message: string, remedy: string): never => {
    throw new RunnerError("config", message, { remedy, fault: "user", isTransient: false, place });
  };
  if (!allowsExec && (user.exec || user["auth-provider"])) {
    const what = user.exec ? `runs the program "${user.exec.command}"` : "uses an auth-provider";
    refuse(`The kubeconfig ${what} to log in, which is not allowed.`, execRemedy);
  }
  if (allowsFiles) return;
  const files = [
    cluster["certificate-authority"],
    user["client-certificate"],
    user["client-key"],
    user.tokenFile,
  ];
  const file = files.find(Boolean);
  if (file) {
    refuse(
      `The kubeconfig names the file ${file}, and an imported one may not read files of this machine.`,
      "Take the output of: kubectl config view --minify --flatten --raw",
    );
  }
}
