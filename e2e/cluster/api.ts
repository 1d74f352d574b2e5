import { Agent, request } from "undici";
import { type Credentials, readKubeconfig } from "./kubeconfig.ts";

export interface Answer {
  status: number;
  text: string;
}

/** Plain calls to an API server, for tests that look at a cluster or prepare it. */
export interface Api {
  credentials: Credentials;
  /** Any status is an answer; only a connection that fails, or 10 s without an answer, throws. */
  call(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Calls as the user of this kubeconfig.
 * @throws Error when it has neither a certificate nor a token in it, as with a cloud's own login.
 */
export async function openApi(kubeconfigPath: string): Promise<Api> {
  const credentials = await readKubeconfig(kubeconfigPath);
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
