import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { Agent, request } from "undici";
import { readKubeconfig } from "#e2e/cluster/kubeconfig.ts";

/** The namespace of a test cluster's context, where our pods and the bare ones run. */
export const PODS = "/api/v1/namespaces/default/pods";

/** What the bench reads of a pod. */
export interface BenchPod {
  metadata: {
    name: string;
    uid: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    deletionTimestamp?: string;
  };
  spec: { containers: { name: string }[] };
  status?: {
    phase?: string;
    containerStatuses?: { name: string; state?: { terminated?: { exitCode: number } } }[];
  };
}

const REOPEN_MS = 50;
/** Watches among them, which keep theirs. */
const CONNECTIONS = 64;

/** The API server's own answer to a list. */
interface PodList {
  metadata: { resourceVersion: string };
  items: BenchPod[];
}

type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** Plain calls to the API server, as fast as one can make them: the bench's own eyes and hands. */
export interface ClusterClient {
  /** @throws Error with the server's words for any answer that is no success */
  call(method: Method, path: string, body?: object): Promise<unknown>;
  /** The bytes of an answer, as they come. */
  read(path: string): Promise<AsyncIterable<Buffer>>;
  /** Calls `see` for every pod that is there, and at each change, until the client is closed. */
  watchPods(selector: string, see: (pod: BenchPod, isDeleted: boolean) => void): Promise<void>;
  close(): Promise<void>;
}

export async function openClusterClient(kubeconfigPath: string): Promise<ClusterClient> {
  const login = await readKubeconfig(kubeconfigPath);
  const user = login.token ? {} : { cert: login.certificate, key: login.key };
  const dispatcher = new Agent({
    connect: { ca: login.authority, ...user },
    bodyTimeout: 0,
    // Over HTTP/2 undici 8 may come to a stand behind a watch, with all that is asked after it.
    allowH2: false,
    connections: CONNECTIONS,
  });
  const authorization = login.token && { authorization: `Bearer ${login.token}` };
  const send = async (method: Method, path: string, body?: object) => {
    const kind = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const answer = await request(`${login.server}${path}`, {
      dispatcher,
      method,
      headers: { "content-type": kind, ...authorization },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (answer.statusCode < 300) return answer;
    const words = await answer.body.text();
    throw new Error(`${method} ${path}: ${answer.statusCode} ${words}`);
  };
  let isClosed = false;
  return {
    call: async (method, path, body) => {
      const answer = await send(method, path, body);
      return answer.body.json();
    },
    read: async (path) => (await send("GET", path)).body,
    watchPods: async (selector, see) => {
      let place: string | null = null;
      const list = async (): Promise<string> => {
        const answer = await send("GET", `${PODS}?${selector}`);
        const { metadata, items } = (await answer.body.json()) as PodList;
        for (const pod of items) see(pod, false);
        return metadata.resourceVersion;
      };
      const open = async (): Promise<NodeJS.ReadableStream> => {
        place ??= await list();
        return (await send("GET", `${PODS}?watch=true&${selector}&resourceVersion=${place}`)).body;
      };
      const read = async (first: NodeJS.ReadableStream): Promise<void> => {
        for (let body = first; ; body = await open()) {
          await readEvents(body, ({ type, object }) => {
            place = type === "ERROR" ? null : (object.metadata.resourceVersion ?? place);
            if (type !== "BOOKMARK" && type !== "ERROR") see(object, type === "DELETED");
          }).catch(() => undefined);
          if (isClosed) return;
          // The API server ends the watch of one who is slow, as anyone is among thousands of pods.
          await pause(REOPEN_MS);
        }
      };
      read(await open()).catch((error: unknown) => {
        if (!isClosed) process.stderr.write(`A watch of the bench broke: ${String(error)}\n`);
      });
    },
    close: () => {
      isClosed = true;
      return dispatcher.destroy();
    },
  };
}

/** Waits until no pod with these labels is left, so that the next measure meets a quiet node. */
export async function untilNoPods(cluster: ClusterClient, selector: string): Promise<void> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await pause(200)) {
    // The API server's own answer for a list.
    const list = (await cluster.call("GET", `${PODS}?limit=1&${selector}`)) as { items: object[] };
    if (list.items.length === 0) return;
  }
  throw new Error(`Pods with ${selector} do not go away.`);
}

/** Whether main has ended. */
export function isMainEnded(pod: BenchPod): boolean {
  const main = pod.status?.containerStatuses?.find(({ name }) => name === "main");
  return main?.state?.terminated !== undefined;
}

async function readEvents(
  body: NodeJS.ReadableStream,
  see: (event: { type: string; object: BenchPod }) => void,
): Promise<void> {
  let rest = "";
  body.setEncoding("utf8");
  body.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    // Each line is an event of the API server's watch.
    for (const line of lines) {
      if (line !== "") see(JSON.parse(line) as { type: string; object: BenchPod });
    }
  });
  await once(body, "end");
}
