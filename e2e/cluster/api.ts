import { Agent, request } from "undici";
import { type Credentials, readKubeconfig } from "./kubeconfig.ts";

export interface Answer {
  status: number;
  text: string;
}

/** Plain calls to an API server, for tests that look at a cluster or prepare it. */
export interface Api {
  credentials: Credentials;
  /** Any status is an answer; only a connection that fails, or no answer in time, throws. */
  call(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<Answer>;
  /** Changes some fields (JSON merge patch); null takes one away. */
  patch(path: string, change: object): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Calls as the user of this kubeconfig; a call fails after `timeoutMs` without an answer.
 * @throws Error when it has neither a certificate nor a token in it, as with a cloud's own login.
 */
export async function openApi(kubeconfigPath: string, timeoutMs = 10_000): Promise<Api> {
  const credentials = await readKubeconfig(kubeconfigPath);
  const { server, authority: ca, certificate, key, token } = credentials;
  const user = token ? {} : { cert: certificate, key };
  const connect = { ca, ...user, timeout: timeoutMs };
  const dispatcher = new Agent({ connect, headersTimeout: timeoutMs });
  const headers = {
    "content-type": "application/json",
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const send = async (
    method: "GET" | "POST" | "PATCH" | "DELETE",
    path: string,
    body?: object,
  ): Promise<Answer> => {
    const kind = method === "PATCH" && { "content-type": "application/merge-patch+json" };
    const text = body && { body: JSON.stringify(body) };
    const options = { dispatcher, method, headers: { ...headers, ...kind }, ...text };
    const answer = await request(`${server}${path}`, options);
    return { status: answer.statusCode, text: await answer.body.text() };
  };
  return {
    credentials,
    call: send,
    patch: (path, change) => send("PATCH", path, change),
    close: () => dispatcher.destroy(),
  };
}
