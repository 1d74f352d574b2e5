import { Agent, request } from "undici";
import type { Api } from "./api.ts";
import type { Cluster } from "./contract.ts";
import { setEvictionLimit } from "./eviction-limit.ts";

/**
 * Lets the node count as short of memory when so many more mebibytes of it are used than now, for as
 * long as the cluster lives. For a cluster of our own that nobody shares.
 */
export async function leaveMemory(cluster: Cluster, admin: Api, mebibytes: number): Promise<void> {
  const atLeast = Math.floor((await availableBytes(admin)) / 1024 ** 2) - mebibytes;
  await setEvictionLimit(cluster, "memory.available", atLeast);
}

/** By the kubelet's own reckoning. It is asked itself: the API server passes nothing on to loopback. */
async function availableBytes(admin: Api): Promise<number> {
  const { text } = await admin.call("GET", "/api/v1/nodes");
  // The API server answers with a NodeList.
  const [node] = (JSON.parse(text) as NodeList).items;
  const { authority: ca, certificate: cert, key } = admin.credentials;
  const dispatcher = new Agent({ connect: { ca, cert, key } });
  const port = node?.status.daemonEndpoints.kubeletEndpoint.Port;
  const answer = await request(`https://127.0.0.1:${port}/stats/summary`, { dispatcher });
  const summary = (await answer.body.json()) as { node: { memory: { availableBytes: number } } };
  await dispatcher.close();
  return summary.node.memory.availableBytes;
}

interface NodeList {
  items: { status: { daemonEndpoints: { kubeletEndpoint: { Port: number } } } }[];
}
