import type { EndingKind } from "../contract.ts";
import type { Cause } from "./cause.ts";

export interface OnTheWayRow extends Cause {
  kind: "scheduling" | "pulling" | "starting";
  began: "no";
  graceSeconds: null;
  /** What an attempt ends as that waited for it until `waitUntilRunning` was over. */
  endsAs: EndingKind;
}

const wait = { fault: "platform", began: "no", graceSeconds: null } as const;

/** What happens before a program begins, while nothing is wrong. */
export const ON_THE_WAY = {
  scheduling: {
    id: "scheduling",
    source: "a pod without a node and without a word of the scheduler",
    kind: "scheduling",
    ...wait,
    endsAs: "unschedulable",
    says: "The pod waits for the scheduler.",
    remedy: "When it stays, see whether kube-scheduler runs.",
  },
  pulling: {
    id: "pulling",
    source: "pkg/kubelet/events/event.go, PullingImage of a container that does not run yet",
    kind: "pulling",
    ...wait,
    endsAs: "image",
    says: 'The node pulls the image "{image}".',
    remedy:
      "When that takes longer than waitUntilRunning, raise that, choose a smaller image, or have the nodes pull it beforehand.",
  },
  init: {
    id: "init-runs",
    source: "initContainerStatuses[].state.running, and main waiting with PodInitializing",
    kind: "starting",
    ...wait,
    fault: "user",
    endsAs: "timeout",
    says: 'The init container "{container}" runs before the task.',
    remedy:
      "When it needs longer than waitUntilRunning, raise that, or let it do less: it is one of podSpec.initContainers.",
  },
  starting: {
    id: "starting",
    source: "containerStatuses[].state.waiting, ContainerCreating",
    kind: "starting",
    ...wait,
    endsAs: "volume",
    says: "The node starts the container.",
    remedy: "When it stays, look at the pod's events (kubectl describe pod): a volume may hang.",
  },
} as const satisfies Record<string, OnTheWayRow>;
