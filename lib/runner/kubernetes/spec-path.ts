import { isDeepStrictEqual } from "node:util";
import type { AttemptSpec, SpecPath } from "../contract.ts";
import { HELPER, INIT_HELPER, MAIN, type PodSpec } from "./pod.ts";
import { isPart, keyOfItems } from "./pod-merge.ts";

type Path = (string | number)[];

/** A part of the attempt's spec that may be what the field comes from, the strongest first. */
interface Candidate {
  root: Path;
  /** Keys below the root. */
  rest: Path;
  /** The same part in the pod. */
  inPod: unknown;
}

/**
 * What of the attempt's spec a field of its pod comes from.
 * @param field as the API server names it, e.g. `spec.containers[0].env[1].name`; its complaints of
 *   wrong types leave the indexes out, and those of a Job begin with `spec.template`
 * @returns null when it is nothing that the task says
 */
export function specPathOf(field: string, pod: PodSpec, spec: AttemptSpec): SpecPath | null {
  const [top, ...below] = segmentsOf(field.replace(/^spec\.template\./, ""));
  if (top === "metadata") return ofMetadata(below, spec);
  if (top !== "spec") return null;
  const path = withIndexes(below, pod);
  const [list, index] = path;
  const isContainer = (list === "containers" || list === "initContainers") && index !== undefined;
  const candidates = isContainer ? ofContainer(path, pod, spec) : ofPod(path, pod);
  let best: { path: Path; depth: number } | null = null;
  for (const candidate of candidates) {
    const found = followed(spec, candidate);
    if (found && (!best || found.depth > best.depth)) best = found;
  }
  return best?.path ?? null;
}

/** `a.b[0].c[d/e]` as `a`, `b`, 0, `c`, `d/e`. */
function segmentsOf(field: string): Path {
  const found = field.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g);
  return [...found].map(([, inside, name = ""]) => {
    const text = inside ?? name;
    return inside !== undefined && /^\d+$/.test(inside) ? Number(inside) : text;
  });
}

/** With the index of the first item that has what follows, where the API server leaves it out. */
function withIndexes(path: Path, value: unknown): Path {
  const [first, ...rest] = path;
  if (first === undefined) return [];
  if (Array.isArray(value) && typeof first === "string") {
    const items: unknown[] = value;
    const index = items.findIndex((item) => hasPath(item, path));
    return index === -1 ? [] : [index, ...withIndexes(path, items[index])];
  }
  return [first, ...withIndexes(rest, childOf(value, first))];
}

function hasPath(value: unknown, path: Path): boolean {
  const [first, ...rest] = path;
  if (first === undefined) return value !== undefined;
  if (Array.isArray(value) && typeof first === "string") {
    return value.some((item: unknown) => hasPath(item, path));
  }
  const child = childOf(value, first);
  return child !== undefined && hasPath(child, rest);
}

function ofMetadata([map, key]: Path, spec: AttemptSpec): SpecPath | null {
  if (map === "namespace" && spec.kubernetes.namespace) return ["kubernetes", map];
  if (map !== "labels" && map !== "annotations") return null;
  const isKnown = key !== undefined && Object.hasOwn(spec.kubernetes[map], key);
  return ["kubernetes", map, ...(isKnown ? [key] : [])];
}

function ofPod(path: Path, pod: PodSpec): Candidate[] {
  const property = path[0] ?? "";
  const own = property === "imagePullSecrets" ? ["credentials"] : [property];
  return [
    { root: ["kubernetes", "podSpec"], rest: path, inPod: pod },
    { root: ["kubernetes"], rest: [...own, ...path.slice(1)], inPod: pod },
  ];
}

function ofContainer(path: Path, pod: PodSpec, { kubernetes, env }: AttemptSpec): Candidate[] {
  const [list = "", index = 0, ...rest] = path;
  const inPod = childOf(childOf(pod, list), index);
  const name = childOf(inPod, "name");
  const listed = childOf(kubernetes.podSpec, list);
  const entries: unknown[] = Array.isArray(listed) ? listed : [];
  const entry = entries.findIndex((one) => childOf(one, "name") === name);
  const part = (...root: Path): Candidate => ({ root: ["kubernetes", ...root], rest, inPod });
  const ofEntry = entry === -1 ? [] : [part("podSpec", list, entry)];
  const ofAll = part("containerDefaultSpec");
  const [property, ...below] = rest;
  if (name === HELPER || name === INIT_HELPER) {
    const own = { image: "helperImage", resources: "helperResources" }[String(property)];
    const asked = own
      ? [{ ...part(), rest: [own, ...below], inPod: renamed(inPod, property, own) }]
      : [];
    return [...asked, part("helperSpec"), ofAll];
  }
  if (name !== MAIN) return [...ofEntry, ofAll];
  const variable = String(childOf(childOf(childOf(inPod, "env"), below[0] ?? 0), "name"));
  const own = { imagePullPolicy: "pullPolicy", resources: "resources" }[String(property)];
  const asked: Candidate[] = [
    ...(own ? [{ ...part(), rest: [own, ...below], inPod: renamed(inPod, property, own) }] : []),
    ...(property === "image" || property === "command"
      ? [{ root: [], rest: [property], inPod }]
      : []),
    ...(property === "env" && Object.hasOwn(env, variable)
      ? [{ root: [], rest: ["env", variable], inPod: null }]
      : []),
  ];
  return [part("containerSpec"), ...ofEntry, ...asked, ofAll];
}

function renamed(inPod: unknown, from: string | number | undefined, to: string): unknown {
  return { [to]: childOf(inPod, from ?? "") };
}

/** How far the keys lead in this part, items of lists matched with those of the pod. */
function followed(
  spec: AttemptSpec,
  { root, rest, inPod }: Candidate,
): { path: Path; depth: number } | null {
  let value = root.reduce<unknown>(childOf, spec);
  if (!isPart(value)) return null;
  const path = [...root];
  let other: unknown = inPod;
  let list = "";
  let depth = 0;
  for (const key of rest) {
    const at = Array.isArray(value) ? itemLike(value, childOf(other, key), list) : key;
    const child = at === null ? undefined : childOf(value, at);
    if (at === null || child === undefined) break;
    path.push(at);
    value = child;
    other = childOf(other, key);
    list = String(key);
    depth += 1;
  }
  // Nothing of it is here, unless it is the whole container that the flow itself names.
  return depth === 0 && typeof root.at(-1) !== "number" ? null : { path, depth };
}

function itemLike(items: unknown[], item: unknown, list: string): number | null {
  const equal = items.findIndex((one) => isDeepStrictEqual(one, item));
  if (equal !== -1) return equal;
  const key = keyOfItems(list);
  const same = items.findIndex(
    (one) =>
      key !== null && childOf(one, key) !== undefined && childOf(one, key) === childOf(item, key),
  );
  return same === -1 ? null : same;
}

function childOf(value: unknown, key: string | number): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  // An own property of an object may be read by its key.
  return (value as Record<string | number, unknown>)[key];
}
