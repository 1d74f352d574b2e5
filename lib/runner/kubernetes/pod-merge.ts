import { isDeepStrictEqual } from "node:util";
import type { KubernetesOptions, ManifestPart } from "../kubernetes-options.ts";
import { MAIN, type PodSpec } from "./pod.ts";

/** What Podflow says of one of its containers, from the weakest to the strongest. */
export interface ContainerLayers {
  isHelper: boolean;
  /** Unasked: the flow may say otherwise anywhere. */
  generated: ManifestPart;
  /** By the task's own properties, such as `containerImage`, `env` and `resources`. */
  asked: ManifestPart;
  /** What the task rests on: nothing is stronger. */
  holds: ManifestPart;
}

export interface PodLayers {
  generated: ManifestPart;
  asked: ManifestPart;
  holds: ManifestPart;
  /** In the order of their start; those of the user come after them. */
  containers: ContainerLayers[];
  /** Those of the user come before them, so that what they prepare is there. */
  initContainers: ContainerLayers[];
  /** What is generated for a container of the user that runs beside main, by all that the flow says of it. */
  beside: (container: ManifestPart) => ManifestPart;
}

export type FlowParts = Pick<
  KubernetesOptions,
  "podSpec" | "containerSpec" | "containerDefaultSpec" | "helperSpec"
>;

/** Lists whose items are told apart by a property: the stronger item takes the weaker one's place. */
const KEYS: Record<string, string> = {
  env: "name",
  volumes: "name",
  imagePullSecrets: "name",
  volumeMounts: "mountPath",
  volumeDevices: "devicePath",
};
/** Lists of which all items count: of two sources with one name the later is stronger. */
const JOINED = new Set(["envFrom"]);
/** Maps of which one form excludes another, so that a mixture of two would be neither. */
const WHOLE = new Set([
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
  "seccompProfile",
  "appArmorProfile",
]);

/**
 * The pod that comes of all who have a say in it (docs/pod-manifest.md). Of a pod: generated <
 * the task's properties < podSpec < what must hold. Of a container: generated <
 * containerDefaultSpec < fileSidecar.defaultSpec (helpers) < the task's properties < its entry in
 * podSpec < containerSpec (main) < what must hold.
 */
export function mergedPodSpec(layers: PodLayers, parts: FlowParts): PodSpec {
  const { containers, initContainers, ...ofPod } = parts.podSpec ?? {};
  const user = { containers: partsIn(containers), initContainers: partsIn(initContainers) };
  const merge = (own: ContainerLayers): ManifestPart => containerOf(own, user.containers, parts);
  // A name is one container's own, and two of one name are no pod.
  const { name: _name, ...ofAll } = parts.containerDefaultSpec ?? {};
  const others = (list: ManifestPart[]): ManifestPart[] =>
    list.filter(({ name }) => name !== MAIN).map((own) => merged(ofAll, own));
  const beside = (said: ManifestPart): ManifestPart => merged(layers.beside(said), said);
  const inits = [
    ...others(user.initContainers).map((one) => (isSidecar(one) ? beside(one) : one)),
    ...layers.initContainers.map(merge),
  ];
  const pod = [layers.asked, ofPod].reduce<ManifestPart>(merged, layers.generated);
  const spec = {
    ...withHolding(pod, layers.holds),
    ...shorterDeadline(layers.generated, pod),
    ...(inits.length > 0 && { initContainers: inits }),
    containers: [...layers.containers.map(merge), ...others(user.containers).map(beside)],
  };
  // The layers of Podflow have this form; what the flow adds to it is the API server's to judge.
  return spec as unknown as PodSpec;
}

/** An init container that goes on while main runs. */
function isSidecar({ restartPolicy }: ManifestPart): boolean {
  return restartPolicy === "Always";
}

function containerOf(
  { isHelper, generated, asked, holds }: ContainerLayers,
  ofUser: ManifestPart[],
  { containerDefaultSpec, containerSpec, helperSpec }: FlowParts,
): ManifestPart {
  const weaker = [containerDefaultSpec, isHelper ? helperSpec : null];
  const entry = ofUser.find(({ name }) => name === MAIN);
  const stronger = isHelper ? [] : [entry, containerSpec];
  const all = [...weaker, asked, ...stronger];
  return withHolding(all.reduce<ManifestPart>(merged, generated), holds);
}

/** Of both, where each property of the stronger one counts more; an empty one says nothing. */
function merged(
  weaker: ManifestPart | null | undefined,
  stronger: ManifestPart | null | undefined,
): ManifestPart {
  const result: ManifestPart = { ...weaker };
  for (const [key, value] of Object.entries(stronger ?? {})) {
    const below = result[key];
    if (value === null || value === undefined) result[key] ??= value;
    else if (Array.isArray(value)) result[key] = mergedList(key, partsOrNone(below), value);
    else if (isPart(value) && isPart(below) && !WHOLE.has(key)) result[key] = merged(below, value);
    else result[key] = value;
  }
  return result;
}

/** The property that tells the items of such a list apart; null: none does. */
export function keyOfItems(list: string): string | null {
  return KEYS[list] ?? null;
}

function mergedList(key: string, weaker: unknown[], stronger: unknown[]): unknown[] {
  if (JOINED.has(key)) return [...weaker, ...stronger];
  const by = keyOfItems(key);
  if (by === null) return stronger;
  return [...weaker.filter((item) => !hasSame(stronger, item, by)), ...stronger];
}

/**
 * With what must hold: its items of lists come first, so that values may refer to its variables,
 * and another item of one of its names is left out. Another mount at the same place is left in, for
 * the API server to refuse.
 */
function withHolding(part: ManifestPart, holds: ManifestPart): ManifestPart {
  const result: ManifestPart = { ...part, ...holds };
  for (const [key, value] of Object.entries(holds)) {
    if (key !== "env" && key !== "volumes" && key !== "volumeMounts") continue;
    const ours: unknown[] = Array.isArray(value) ? value : [];
    const theirs = partsOrNone(part[key]);
    const left = theirs.filter((one) =>
      key === "volumeMounts"
        ? !ours.some((own) => isDeepStrictEqual(own, one))
        : !hasSame(ours, one, "name"),
    );
    result[key] = [...ours, ...left];
  }
  return result;
}

/** The pod's own limit is a net below the container's: a flow may only draw it tighter. */
function shorterDeadline(generated: ManifestPart, pod: ManifestPart): ManifestPart {
  const limits = [generated, pod].flatMap(({ activeDeadlineSeconds: limit }) =>
    typeof limit === "number" ? [limit] : [],
  );
  return limits.length === 2 ? { activeDeadlineSeconds: Math.min(...limits) } : {};
}

function hasSame(list: unknown[], item: unknown, by: string): boolean {
  return isPart(item) && list.some((other) => isPart(other) && other[by] === item[by]);
}

function partsOrNone(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function partsIn(value: unknown): ManifestPart[] {
  return partsOrNone(value).filter(isPart);
}

export function isPart(value: unknown): value is ManifestPart {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
