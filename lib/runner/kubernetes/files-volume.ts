import type { ManifestPart } from "../kubernetes-options.ts";
import { type FlowParts, isPart, partsIn } from "./pod-merge.ts";

/** Kestra's folder: flows name it. */
export const WORKING_DIR = "/kestra/working-dir";
/** Where Kestra mounts the volume, of which the working directory is one folder. */
const KESTRA_DIR = "/kestra";
const KESTRA_FOLDER = "working-dir";
/** By the name that Kestra gives it. Ours has the working directory at its top. */
const FILES_VOLUME = "kestra-files";

/** The roots of such volumes are open to every user, so that main may run as any. */
export const FILES_MOUNT = { name: FILES_VOLUME, mountPath: WORKING_DIR };

/**
 * A container of the user may share the working directory, by the name that Kestra gives its volume,
 * and a flow may say of that volume how large it gets and whether it is memory.
 */
export function namesFilesVolume(parts: FlowParts): boolean {
  const { podSpec, containerSpec, containerDefaultSpec } = parts;
  const lists = [podSpec?.["containers"], podSpec?.["initContainers"]].filter(Array.isArray);
  const mounting = [containerSpec, containerDefaultSpec, ...lists.flat()].some(
    (container: unknown) =>
      isPart(container) && partsIn(container["volumeMounts"]).some(isOfFilesVolume),
  );
  return mounting || filesVolumeIn(parts) !== undefined;
}

/** The volume, as the flow and Podflow want it. */
export function filesVolume(parts: FlowParts): ManifestPart {
  const written = filesVolumeIn(parts)?.["emptyDir"];
  return { name: FILES_VOLUME, emptyDir: isPart(written) ? written : {} };
}

/** Whether the flow wants its files in memory. */
export function isFilesVolumeInMemory(parts: Pick<FlowParts, "podSpec">): boolean {
  const { emptyDir } = filesVolumeIn(parts) ?? {};
  return isPart(emptyDir) && emptyDir["medium"] === "Memory";
}

function filesVolumeIn({ podSpec }: Pick<FlowParts, "podSpec">): ManifestPart | undefined {
  return partsIn(podSpec?.["volumes"]).find(isOfFilesVolume);
}

/**
 * The same parts where each mount of the volume means what it means in Kestra: there the working
 * directory is a folder of the volume, which is at `/kestra`.
 */
export function inOurLayout(parts: FlowParts): FlowParts {
  const { podSpec, containerSpec, containerDefaultSpec, helperSpec } = parts;
  const lists = ["containers", "initContainers"].flatMap((name) => {
    const list: unknown = podSpec?.[name];
    return Array.isArray(list) ? [[name, list.map(remounted)]] : [];
  });
  return {
    podSpec: podSpec && { ...podSpec, ...Object.fromEntries(lists) },
    containerSpec: containerSpec && remountedPart(containerSpec),
    containerDefaultSpec: containerDefaultSpec && remountedPart(containerDefaultSpec),
    helperSpec: helperSpec && remountedPart(helperSpec),
  };
}

function remounted(container: unknown): unknown {
  return isPart(container) ? remountedPart(container) : container;
}

function remountedPart(container: ManifestPart): ManifestPart {
  const { volumeMounts } = container;
  if (!Array.isArray(volumeMounts)) return container;
  const mounts: unknown[] = volumeMounts;
  return { ...container, volumeMounts: mounts.map((mount) => ofOurs(mount)) };
}

function ofOurs(mount: unknown): unknown {
  if (!isPart(mount) || !isOfFilesVolume(mount)) return mount;
  const { subPath, ...rest } = mount;
  const path = pathOf(mount);
  if (subPath === undefined || subPath === null || subPath === "") {
    const isWhole = path === KESTRA_DIR || path === WORKING_DIR;
    return isWhole ? { ...mount, mountPath: WORKING_DIR } : mount;
  }
  const [first, ...below] = typeof subPath === "string" ? subPath.split("/") : [];
  if (first !== KESTRA_FOLDER) return mount;
  return below.length > 0 ? { ...rest, subPath: below.join("/") } : rest;
}

/**
 * What a container of the user that runs beside main has unless it says otherwise: the task's files
 * where Kestra has them, and the same working directory.
 */
export function besideMain(container: ManifestPart): ManifestPart {
  const { volumeMounts } = container;
  if (volumeMounts !== undefined && !Array.isArray(volumeMounts)) return {};
  const mounts = partsIn(volumeMounts);
  const isTaken = mounts.some(
    (mount) => isOfFilesVolume(mount) || [KESTRA_DIR, WORKING_DIR].includes(pathOf(mount)),
  );
  if (!isTaken) return { workingDir: WORKING_DIR, volumeMounts: [FILES_MOUNT] };
  const hasIt = mounts.some(
    (mount) => isOfFilesVolume(mount) && mount["mountPath"] === WORKING_DIR,
  );
  return hasIt ? { workingDir: WORKING_DIR } : {};
}

function isOfFilesVolume(part: ManifestPart): boolean {
  return part["name"] === FILES_VOLUME;
}

function pathOf({ mountPath }: ManifestPart): string {
  return String(mountPath).replace(/\/+$/, "");
}
