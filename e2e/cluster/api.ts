import { readFile } from "node:fs/promises";
import { Agent, request } from "undici";
import { parse } from "yaml";

/** What a kubeconfig says of its cluster and its user, decoded. */
export interface Credentials {
  server: string;
  authority: string;
  /** Empty when the user has a token instead. */
  certificate: string;
  key: string;
  token: string;
}

export interface Answer {
  status: number;
  text: string;
}

/** Plain calls to an API server, for tests that look at a cluster or prepare it. */
export interface Api {
  credentials: Credentials;
  /** Any status is an answer; only a connection that fails throws. */
  call(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Calls as the user of this kubeconfig.
 * @throws Error when it has neither a certificate nor a token in it, as with a cloud's own login.
 */
export async function openApi(kubeconfigPath: string): Promise<Api> {
  const credentials = await readCredentials(kubeconfigPath);
  const { server, authority: ca, certificate, key, token } = credentials;
  const connect = token ? { ca } : { ca, cert: certificate, key };
  const dispatcher = new Agent({ connect, headersTimeout: 10_000 });
  const headers = {
    "content-type": "application/json",
    ...(token && { authorization: `Bearer ${token}` }),
  };
  return {
    credentials,
    call: async (method, path, body) => {
      const options = { dispatcher, method, headers, ...(body && { body: JSON.stringify(body) }) };
      const answer = await request(`${server}${path}`, options);
      return { status: answer.statusCode, text: await answer.body.text() };
    },
    close: () => dispatcher.destroy(),
  };
}

async function readCredentials(path: string): Promise<Credentials> {
  // A kubeconfig has this shape; what it may lack is checked below.
  const config = parse(await readFile(path, "utf8")) as {
    clusters?: { cluster?: Record<string, string> }[];
    users?: { user?: Record<string, string> }[];
  };
  const cluster = config.clusters?.[0]?.cluster ?? {};
  const user = config.users?.[0]?.user ?? {};
  const certificate = decoded(user["client-certificate-data"]);
  const token = user.token ?? "";
  if (certificate === "" && token === "") {
    throw new Error(`${path} has neither a client certificate nor a token in it.`);
  }
  return {
    server: cluster.server ?? "",
    authority: decoded(cluster["certificate-authority-data"]),
    certificate,
    key: decoded(user["client-key-data"]),
    token,
  };
}

function decoded(text = ""): string {
  return Buffer.from(text, "base64").toString();
}
