import { RunnerError } from "../contract.ts";
import { accessFromKubeconfig, type ClusterAccess, isServerAddress } from "./access.ts";
import {
  configError,
  FILE_NAMES,
  type FileName,
  type FileRules,
  NO_FILES,
  readConfigFile,
} from "./config-files.ts";
import { requireKeyStore, trustedPem } from "./key-store.ts";
import { type Login, type TlsOptions, basicHeader } from "./login.ts";

/** Gives a bearer token of the moment; what is the same has the same id. */
export interface TokenSource {
  id: string;
  /** @param wasRefused the API server did not take the last one */
  token(wasRefused: boolean): Promise<string>;
}

/** A task's `taskRunner.config`, in both of the spellings there were; all values are rendered. */
export interface ConnectionConfig {
  masterUrl?: string | null;
  namespace?: string | null;
  trustCerts?: boolean | null;
  disableHostnameVerification?: boolean | null;
  caCert?: string | null;
  caCertData?: string | null;
  clientCert?: string | null;
  clientCertData?: string | null;
  clientKey?: string | null;
  clientKeyData?: string | null;
  clientKeyPassphrase?: string | null;
  /** Files of this machine; data, where there is some, counts more. */
  caCertFile?: string | null;
  clientCertFile?: string | null;
  clientKeyFile?: string | null;
  /** PKCS#12 with key and certificate of the client. */
  keyStoreFile?: string | null;
  keyStorePassphrase?: string | null;
  /** Certificates as PEM. */
  trustStoreFile?: string | null;
  /** Not needed: what is read has none. */
  trustStorePassphrase?: string | null;
  tokenSource?: TokenSource | null;
  /** What only a run can make a source of. */
  oauthTokenProvider?: object | null;
  /** false: nothing is inherited. */
  inheritClusterConfig?: boolean | null;
  oAuthToken?: string | null;
  oauthToken?: string | null;
  username?: string | null;
  password?: string | null;
  /** Ours: a whole kubeconfig, of which the rest overrides single values. */
  kubeconfig?: string | null;
  context?: string | null;
}

/** Files may be exchanged under us, so they are read again. */
const FILES_MS = 60_000;

/**
 * Access by a task's `config`. What it does not set is inherited, unless it says otherwise, but never
 * a login for another server: a flow could have the connection's token sent to an address of its own.
 * @throws RunnerError of kind `config`
 */
export async function accessFromConnectionConfig(
  config: ConnectionConfig,
  inherit: ClusterAccess | null,
  rules: FileRules = NO_FILES,
): Promise<ClusterAccess> {
  const given = config.inheritClusterConfig === false ? null : inherit;
  const base = config.kubeconfig ? kubeconfigAccess(config, config.kubeconfig) : given;
  const server = serverOf(config, base);
  const inherited = base && sameServer(base.server, server) ? base : null;
  if (config.oauthTokenProvider) throw noProvider();
  // Here and now, so that what cannot be used is told before anything runs.
  let own = await ownLogin(config, rules);
  let readAt = performance.now();
  return {
    server,
    namespace: config.namespace?.trim() || base?.namespace || null,
    proxyUrl: inherited?.proxyUrl ?? null,
    login: async (wasRefused = false) => {
      const isOld = wasRefused || performance.now() - readAt > FILES_MS;
      if (own.hasFiles && isOld) {
        own = await ownLogin(config, rules);
        readAt = performance.now();
      }
      const login: Login = inherited ? await inherited.login(wasRefused) : { headers: {}, tls: {} };
      // A user of its own replaces the inherited one whole: never a token of one with a key of the other.
      const {
        cert: _cert,
        key: _key,
        passphrase: _passphrase,
        pfx: _pfx,
        ...serverTls
      } = login.tls;
      const tls = own.hasUser ? serverTls : login.tls;
      const token = await config.tokenSource?.token(wasRefused);
      const ownHeaders = token ? { authorization: `Bearer ${token}` } : own.headers;
      const headers = own.hasUser ? ownHeaders : login.headers;
      return { headers, tls: { ...tls, ...own.tls } };
    },
  };
}

/**
 * The namespace of pods that name none, of a `config` whose address and login are not looked at.
 * @param inherited the one of the connection; null: that has none
 */
export function configNamespace(config: ConnectionConfig, inherited: string | null): string | null {
  const own = config.namespace?.trim();
  if (own) return own;
  if (!config.kubeconfig) return config.inheritClusterConfig === false ? null : inherited;
  try {
    return kubeconfigAccess(config, config.kubeconfig).namespace;
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    return null;
  }
}

function noProvider(): RunnerError {
  return configError(
    "oauthTokenProvider",
    "The task of config.oauthTokenProvider runs only when the task that needs its token runs.",
    "Put a token into config.oauthToken: a provider's own task can have no provider.",
  );
}

/** @throws RunnerError of kind `config` */
function serverOf(config: ConnectionConfig, base: ClusterAccess | null): string {
  const server = config.masterUrl?.trim().replace(/\/+$/, "") || base?.server;
  if (server && isServerAddress(server)) return server;
  throw new RunnerError(
    "config",
    server
      ? `config.masterUrl is no address: "${server}".`
      : "The task's config has no masterUrl, and there is no connection to take it from.",
    {
      remedy: "Set masterUrl to an address such as https://HOST:6443.",
      fault: "user",
      isTransient: false,
      place: ["taskRunner", "config", "masterUrl"],
    },
  );
}

function kubeconfigAccess(config: ConnectionConfig, text: string): ClusterAccess {
  return accessFromKubeconfig({
    text,
    context: config.context ?? null,
    // A flow's author is not the operator, so that no setting allows it here.
    allowsExec: false,
    allowsFiles: false,
    execRemedy:
      "Take it out of the kubeconfig, and set config.oauthToken, or config.oauthTokenProvider for a task that logs in; or run on a connection.",
    place: ["taskRunner", "config", "kubeconfig"],
  });
}

async function ownLogin(
  config: ConnectionConfig,
  rules: FileRules,
): Promise<Login & { hasUser: boolean; hasFiles: boolean }> {
  const files = await filesOf(config, rules);
  const ca =
    pemOf("caCertData", config.caCertData ?? config.caCert) ??
    pemOf("caCertFile", files.caCertFile?.toString()) ??
    (files.trustStoreFile && trustedPem(config.trustStoreFile ?? "", files.trustStoreFile));
  const cert =
    pemOf("clientCertData", config.clientCertData ?? config.clientCert) ??
    pemOf("clientCertFile", files.clientCertFile?.toString());
  const key =
    pemOf("clientKeyData", config.clientKeyData ?? config.clientKey) ??
    pemOf("clientKeyFile", files.clientKeyFile?.toString());
  const pfx = cert ? undefined : files.keyStoreFile;
  const pfxPassphrase = config.keyStorePassphrase ?? undefined;
  if (pfx) requireKeyStore(config.keyStoreFile ?? "", pfx, pfxPassphrase);
  const passphrase = pfx ? pfxPassphrase : config.clientKeyPassphrase;
  const headers = ownHeaders(config);
  const tls: TlsOptions = {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(pfx && { pfx }),
    ...(passphrase && { passphrase }),
    // false counts as well: the inherited connection may trust any.
    ...(typeof config.trustCerts === "boolean" && { rejectUnauthorized: !config.trustCerts }),
    ...(config.disableHostnameVerification && { checkServerIdentity: () => undefined }),
  };
  const hasUser = Boolean(headers.authorization || cert || pfx || config.tokenSource);
  return { headers, tls, hasUser, hasFiles: Object.keys(files).length > 0 };
}

function ownHeaders(config: ConnectionConfig): Login["headers"] {
  const token = (config.oauthToken ?? config.oAuthToken)?.replace(/\s+/g, "");
  if (token) return { authorization: `Bearer ${token}` };
  // A name without a password is the kubeconfig's own name of the user, beside a certificate.
  return config.username && config.password
    ? { authorization: basicHeader(config.username, config.password) }
    : {};
}

/** The contents of all files that it names. @throws RunnerError of kind `config` */
async function filesOf(
  config: ConnectionConfig,
  rules: FileRules,
): Promise<Partial<Record<FileName, Buffer>>> {
  const read: Partial<Record<FileName, Buffer>> = {};
  for (const name of FILE_NAMES) {
    const path = config[name]?.trim();
    if (path) read[name] = await readConfigFile(name, path, rules);
  }
  return read;
}

/** PEM from PEM (also with its line ends folded by YAML) or from base64 of PEM, spaces anywhere. */
export function pemOf(name: string, value: string | null | undefined): string | undefined {
  if (!value?.trim()) return undefined;
  const text = value.includes("-----BEGIN")
    ? value
    : Buffer.from(value.replace(/\s+/g, ""), "base64").toString();
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g)];
  if (blocks.length === 0) {
    throw new RunnerError("config", `config.${name} is neither PEM nor base64 of PEM.`, {
      remedy: `Take it from the kubeconfig: kubectl config view --minify --flatten --raw`,
      fault: "user",
      isTransient: false,
      place: ["taskRunner", "config", name],
    });
  }
  return blocks.map(([, label = "", body = ""]) => block(label, body)).join("");
}

function block(label: string, body: string): string {
  // Headers of an encrypted key (`Proc-Type: …`) are lines of their own and stay as they are.
  if (body.includes(":")) return `-----BEGIN ${label}-----${body}-----END ${label}-----\n`;
  const lines = body.replace(/\s+/g, "").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

function sameServer(one: string, other: string): boolean {
  return new URL(one).origin === new URL(other).origin;
}
