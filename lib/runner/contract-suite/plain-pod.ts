import type { KubernetesOptions } from "../kubernetes-options.ts";

/** A pod of which the flow says nothing: what tests begin with. */
export const PLAIN_POD: KubernetesOptions = {
  namespace: null,
  pullPolicy: "IfNotPresent",
  labels: {},
  annotations: {},
  resources: { requests: {}, limits: {} },
  serviceAccountName: null,
  nodeSelector: {},
  helperImage: "busybox",
  helperResources: { requests: {}, limits: {} },
  helperSpec: null,
  containerDefaultSpec: null,
  podSpec: null,
  containerSpec: null,
  credentials: null,
  asJob: false,
  waitUntilRunningSeconds: 90,
};
