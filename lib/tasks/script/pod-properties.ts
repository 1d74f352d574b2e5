import { nearest } from "#lib/flow/nearest.ts";
import { hasExpression } from "#lib/flow/schema/parts.ts";

/** Of PodSpec in k8s.io/api/core/v1 (0.37), without those that are for running pods alone. */
export const POD_PROPERTIES =
  `activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy
  enableServiceLinks hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride
  imagePullSecrets initContainers nodeName nodeSelector os overhead preemptionPolicy priority
  priorityClassName readinessGates resourceClaims resources restartPolicy runtimeClassName
  schedulerName schedulingGates securityContext serviceAccount serviceAccountName
  setHostnameAsFQDN shareProcessNamespace subdomain terminationGracePeriodSeconds tolerations
  topologySpreadConstraints volumes`.split(/\s+/);

/** Of Container in the same file. */
export const CONTAINER_PROPERTIES =
  `args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports
  readinessProbe resizePolicy resources restartPolicy restartPolicyRules securityContext
  startupProbe stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices
  volumeMounts workingDir`.split(/\s+/);

/** A property that is most likely misspelled; the cluster, which may be newer, has the last word. */
interface Misspelling {
  /** Keys from `taskRunner` on. */
  path: (string | number)[];
  message: string;
}

/** Properties in the parts of a pod that no pod has and that are near to one that it has. */
export function misspelledProperties(runner: Record<string, unknown>): Misspelling[] {
  const { podSpec, containerSpec, containerDefaultSpec, fileSideCarSpec, fileSidecar } = runner;
  const containers = ["containers", "initContainers"].flatMap((list) => {
    const items = mapOf(podSpec)[list];
    return Array.isArray(items)
      ? items.flatMap((item: unknown, index) => inContainer(item, ["podSpec", list, index]))
      : [];
  });
  return [
    ...misspelled(podSpec, ["podSpec"], POD_PROPERTIES),
    ...containers,
    ...inContainer(containerSpec, ["containerSpec"]),
    ...inContainer(containerDefaultSpec, ["containerDefaultSpec"]),
    ...inContainer(fileSideCarSpec, ["fileSideCarSpec"]),
    ...inContainer(mapOf(fileSidecar)["defaultSpec"], ["fileSidecar", "defaultSpec"]),
  ];
}

function inContainer(part: unknown, path: (string | number)[]): Misspelling[] {
  return misspelled(part, path, CONTAINER_PROPERTIES);
}

function misspelled(part: unknown, path: (string | number)[], known: string[]): Misspelling[] {
  return Object.keys(mapOf(part)).flatMap((key): Misspelling[] => {
    if (known.includes(key) || hasExpression(key)) return [];
    const near = nearest(key, known);
    if (near === null) return [];
    const message = `Kubernetes knows no \`${key}\` here. Did you mean \`${near}\`?`;
    return [{ path: [...path, key], message }];
  });
}

function mapOf(value: unknown): Record<string, unknown> {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  // Only own properties of a map are read.
  return isMap ? (value as Record<string, unknown>) : {};
}
