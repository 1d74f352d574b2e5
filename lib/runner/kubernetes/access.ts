import { readFile } from "node:fs/promises";
import { RunnerError } from "../contract.ts";
import { readContext, readKubeconfig } from "./kubeconfig.ts";
import { type KubeconfigOptions, type Login, loginOf } from "./login.ts";

/** How to reach one cluster as one user. Opens nothing by itself. */
export interface ClusterAccess {
  /** The API server's address, without a slash at the end. */
  readonly server: string;
  /** Namespace of the context; null when it names none. */
  readonly namespace: string | null;
  readonly proxyUrl: string | null;
  /**
   * The login of the moment: reads a token file again, or runs a login program, when that is due.
   * @param wasRefused the API server answered 401 to the last one: what is cached is not good.
   * @throws RunnerError of kind `unauthorized` or `config`
   */
  login(wasRefused?: boolean): Promise<Login>;
}

/**
 * Access by a context of a kubeconfig's text.
 * @throws RunnerError of kind `config` when it is no kubeconfig, the context is not in it, or it
 * wants what is not allowed
 */
export function accessFromKubeconfig(options: KubeconfigOptions): ClusterAccess {
  return accessOf(options, readContext(readKubeconfig(options), options));
}

/**
 * Access by a context of the machine's kubeconfig files, merged as kubectl does: the first that
 * names a thing wins. Files that do not exist are passed over.
 * @throws RunnerError of kind `config`
 */
export async function accessFromKubeconfigFiles(options: {
  paths: string[];
  context: string | null;
  allowsExec: boolean;
}): Promise<ClusterAccess> {
  const { readKubeconfigFiles } = await import("./kubeconfig-files.ts");
  const kubeconfig = await readKubeconfigFiles(options.paths);
  const settings = { ...options, text: "", allowsFiles: true };
  return accessOf(settings, readContext(kubeconfig, settings));
}

const ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";
/** The kubelet renews the token when 80 % of its life is over; client-go reads it again each minute. */
const TOKEN_MS = 60_000;

/** Access to the cluster that this process runs in; null when it runs in none. */
export async function accessInCluster(
  options: { server?: string; accountFolder?: string } = {},
): Promise<ClusterAccess | null> {
  const folder = options.accountFolder ?? ACCOUNT_FOLDER;
  const read = (name: string): Promise<string> => readFile(`${folder}/${name}`, "utf8");
  let ca: string;
  let namespace: string;
  try {
    [ca, namespace] = await Promise.all([read("ca.crt"), read("namespace")]);
    await read("token");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
  let token = "";
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    server: options.server ?? "https://kubernetes.default.svc",
    namespace: namespace.trim(),
    proxyUrl: null,
    login: async (wasRefused = false) => {
      if (wasRefused || Date.now() - readAt > TOKEN_MS) {
        token = (await read("token")).trim();
        readAt = Date.now();
      }
      return { headers: { authorization: `Bearer ${token}` }, tls: { ca } };
    },
  };
}

function accessOf(
  options: KubeconfigOptions,
  { context, cluster, user }: ReturnType<typeof readContext>,
): ClusterAccess {
  const proxyUrl = cluster["proxy-url"] || null;
  if (!isServerAddress(cluster.server)) {
    throw unusable(
      `The cluster of the context has no usable address: "${cluster.server}".`,
      'Set "server" of the cluster in the kubeconfig to an address such as https://HOST:6443.',
    );
  }
  // Not shown, because it may have a password.
  if (proxyUrl !== null && !URL.canParse(proxyUrl)) {
    throw unusable(
      "The cluster of the context has a proxy-url that is no address.",
      'Set "proxy-url" of the cluster in the kubeconfig to an address such as http://HOST:3128.',
    );
  }
  return {
    server: cluster.server.replace(/\/+$/, ""),
    namespace: context.namespace ?? null,
    proxyUrl,
    login: loginOf(options, cluster, user),
  };
}

/** Whether calls can be made to it: an absolute address by HTTP. */
export function isServerAddress(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

function unusable(message: string, remedy: string): RunnerError {
  return new RunnerError("config", message, { remedy, fault: "user", isTransient: false });
}
