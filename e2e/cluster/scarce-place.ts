import { type Answer, type Api } from "./api.ts";

/** Room for one pod on one node, which only pods that ask for it compete for. */
export interface ScarcePlace {
  /** For requests and limits of the container: there is one of it. */
  resource: string;
  /** A pod that takes the place from whoever has it. */
  urgentPod: object;
  close(): Promise<void>;
}

/**
 * Makes such a place, and a priority class above the usual, both of this name. No pod of anybody
 * else asks for it, so none of theirs has to go.
 */
export async function openScarcePlace(admin: Api, name: string): Promise<ScarcePlace> {
  const resource = `podflow.dev/${name}`;
  const classes = "/apis/scheduling.k8s.io/v1/priorityclasses";
  const { text } = await admin.call("GET", "/api/v1/nodes");
  // The API server answers with a NodeList.
  const [node] = (JSON.parse(text) as { items: { metadata: { name: string } }[] }).items;
  const offer = async (count: string | null): Promise<Answer> => {
    const room = { [resource]: count };
    const status = { capacity: room, allocatable: room };
    return admin.patch(`/api/v1/nodes/${node?.metadata.name}/status`, { status });
  };
  accepted(await admin.call("POST", classes, { metadata: { name }, value: 1000 }));
  accepted(await offer("1"));
  const resources = { limits: { [resource]: "1" } };
  const container = { name: "main", image: "busybox", imagePullPolicy: "IfNotPresent" };
  return {
    resource,
    urgentPod: {
      metadata: { name: "urgent" },
      spec: {
        restartPolicy: "Never",
        priorityClassName: name,
        containers: [{ ...container, command: ["true"], resources }],
      },
    },
    close: async () => {
      accepted(await offer(null));
      accepted(await admin.call("DELETE", `${classes}/${name}`));
    },
  };
}

function accepted({ status, text }: Answer): void {
  if (status >= 300) throw new Error(`The cluster answered ${status}: ${text}`);
}
