import type { AttemptSpec, Workspace } from "../contract.ts";
import { markedCommand } from "./begin-mark.ts";
import { type FileShape, fileShapeOf, foldersOf, isShell } from "./file-shape.ts";
import {
  besideMain,
  FILES_MOUNT,
  filesVolume,
  inOurLayout,
  namesFilesVolume,
  WORKING_DIR,
} from "./files-volume.ts";
import { helperScript, waitingSteps } from "./helper-script.ts";
import { hasAmounts, resourcesLikeMain } from "./helper-resources.ts";
import { type InlineFile, needsUpload, packInlineFiles } from "./inline-files.ts";
import { ANNOTATION, HELPER, INIT_HELPER, LABEL, MAIN, type PodSpec } from "./pod.ts";
import { type ContainerLayers, mergedPodSpec, type PodLayers } from "./pod-merge.ts";
import { labelValue, podName } from "./pod-name.ts";
import { podDeadline, timeLimit, timeoutGrace } from "./pod-time-limit.ts";
import { selfBringingSteps } from "./self-bringing.ts";

/** Where helper and main meet; not below the working directory, so that it is no output. */
export const CONTROL_DIR = "/kestra/podflow";
const CONTROL_VOLUME = "podflow";
const MOUNTS = [FILES_MOUNT, { name: CONTROL_VOLUME, mountPath: CONTROL_DIR }];

export interface NewPod {
  apiVersion: "v1";
  kind: "Pod";
  metadata: {
    name: string;
    namespace: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
  };
  spec: PodSpec;
}

export function workspaceOf(attemptId: string): Workspace {
  return { workingDir: WORKING_DIR, outputDir: `${WORKING_DIR}/${labelValue(attemptId)}` };
}

/**
 * The pod of an attempt.
 * @param inline the input files, when they travel with the pod
 */
export function podFromSpec(
  spec: AttemptSpec,
  options: { installationId: string; namespace: string; inline: InlineFile[] },
): NewPod {
  const shape = fileShapeOf(spec);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: podName(spec.identity, spec.attemptId),
      namespace: options.namespace,
      labels: labelsOf(spec, options.installationId),
      annotations: annotationsOf(spec, shape),
    },
    spec: mergedPodSpec(layersOf(spec, shape, options.inline), inOurLayout(spec.kubernetes)),
  };
}

/** Folders of ours in a container; null: it has none. */
type Place = { mounts: typeof MOUNTS } | null;

function layersOf(spec: AttemptSpec, shape: FileShape, inline: InlineFile[]): PodLayers {
  const { serviceAccountName, nodeSelector } = spec.kubernetes;
  const hasFolders = shape !== "none" || namesFilesVolume(spec.kubernetes);
  const volumes = [filesVolume(spec.kubernetes), { name: CONTROL_VOLUME, emptyDir: {} }];
  return {
    generated: {
      ...(spec.timeoutSeconds !== null && {
        activeDeadlineSeconds: podDeadline(spec),
        // Where main is the only container, the kubelet ends the pod instead, with the pod's grace.
        terminationGracePeriodSeconds: timeoutGrace(spec),
      }),
    },
    asked: {
      ...(serviceAccountName && { serviceAccountName }),
      ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    },
    holds: { restartPolicy: "Never", ...(hasFolders && { volumes }) },
    beside: hasFolders ? besideMain : () => ({}),
    ...containersOf(spec, shape, { inline, place: hasFolders ? { mounts: MOUNTS } : null }),
  };
}

function containersOf(
  spec: AttemptSpec,
  shape: FileShape,
  { inline, place }: { inline: InlineFile[]; place: Place },
): Pick<PodLayers, "containers" | "initContainers"> {
  const main = mainContainer(spec, shape, { inline, place });
  const { keepsFiles } = spec;
  // Where tar brings the files it makes their folders, and a command may not have thousands of names.
  const named = shape === "self" ? foldersOf(spec) : [];
  const folders = [...named, ...(spec.hasOutputDir ? [outputDirOf(spec)] : [])];
  const brings = { spec, shape, folders, brings: true, pieces: packInlineFiles(inline) };
  const keeper = { spec, shape, folders, keeps: true, pieces: [] };
  const keepers = keepsFiles ? [helper(HELPER, keeper)] : [];
  switch (shape) {
    case "none":
      return { initContainers: [], containers: [main] };
    case "gate":
      // Started in this order, one after the other: main comes to an open gate.
      return {
        initContainers: [],
        containers: [helper(HELPER, { ...brings, keeps: keepsFiles }), main],
      };
    case "init":
      return { initContainers: [helper(INIT_HELPER, brings)], containers: [main, ...keepers] };
    case "keep":
    case "self":
      return { initContainers: [], containers: [main, ...keepers] };
  }
}

/** Variables that tell the program its folders: nothing in a flow may tell others. */
const OWN_VARIABLES = new Set(["WORKING_DIR", "OUTPUT_DIR"]);

function mainContainer(
  spec: AttemptSpec,
  shape: FileShape,
  { inline, place }: { inline: InlineFile[]; place: Place },
): ContainerLayers {
  const { resources, pullPolicy } = spec.kubernetes;
  const variables = Object.entries(spec.env).map(([name, value]) => ({
    name,
    value: literal(value),
  }));
  const isOwn = ({ name }: { name: string }): boolean => OWN_VARIABLES.has(name);
  return {
    isHelper: false,
    generated: { imagePullPolicy: "Always" },
    asked: {
      image: spec.image ?? "",
      ...(pullPolicy !== null && { imagePullPolicy: pullPolicy }),
      env: variables.filter((one) => !isOwn(one)),
      ...(hasAmounts(resources) && { resources }),
    },
    holds: {
      name: MAIN,
      command: commandOf(spec, shape, inline).map(literal),
      env: variables.filter(isOwn),
      ...(place && { workingDir: WORKING_DIR, volumeMounts: place.mounts }),
      ...(spec.timeoutSeconds !== null && { livenessProbe: timeLimit(spec) }),
    },
  };
}

function commandOf(spec: AttemptSpec, shape: FileShape, files: InlineFile[]): string[] {
  if (!isShell(spec.command)) return spec.command;
  return markedCommand(spec.command, spec.attemptId, stepsOf(spec, shape, files));
}

/** What main's shell does before it becomes the user's command. */
function stepsOf(spec: AttemptSpec, shape: FileShape, files: InlineFile[]): string[] {
  if (shape === "gate") return waitingSteps(CONTROL_DIR);
  if (shape !== "self") return [];
  const folders = [...foldersOf(spec), ...(spec.hasOutputDir ? [outputDirOf(spec)] : [])];
  return selfBringingSteps({ folders, files });
}

function outputDirOf(spec: AttemptSpec): string {
  return workspaceOf(spec.attemptId).outputDir;
}

function helper(
  name: string,
  role: {
    spec: AttemptSpec;
    shape: FileShape;
    folders: string[];
    pieces: string[];
    brings?: boolean;
    keeps?: boolean;
  },
): ContainerLayers {
  const { spec, pieces, folders } = role;
  const { helperImage, helperResources } = spec.kubernetes;
  const brings = role.brings ?? false;
  const script = helperScript({
    controlDir: CONTROL_DIR,
    folders,
    inlineCount: pieces.length,
    awaitsUpload: brings && needsUpload(spec.inputFiles),
    brings,
    opensGate: role.shape === "gate",
    keeps: role.keeps ?? false,
  });
  return {
    isHelper: true,
    generated: {
      imagePullPolicy: "IfNotPresent",
      // The end of its output becomes the status's message, so that a failure says why.
      terminationMessagePolicy: "FallbackToLogsOnError",
      ...(!hasAmounts(helperResources) && resourcesLikeMain(spec.kubernetes)),
    },
    asked: {
      image: helperImage,
      ...(hasAmounts(helperResources) && { resources: helperResources }),
    },
    holds: {
      name,
      command: ["sh", "-c", script].map(literal),
      workingDir: WORKING_DIR,
      env: pieces.map((value, index) => ({ name: `F${index}`, value })),
      volumeMounts: MOUNTS,
    },
  };
}

/** The user's own labels, then Kestra's and ours, which win. */
function labelsOf(spec: AttemptSpec, installationId: string): Record<string, string> {
  const { identity } = spec;
  const system: Record<string, string> = {
    "kestra.io/namespace": identity.namespace,
    "kestra.io/flow-id": identity.flowId,
    "kestra.io/task-id": identity.taskId,
    "kestra.io/execution-id": identity.executionId,
    "kestra.io/taskrun-id": identity.taskRunId,
    "kestra.io/taskrun-attempt": String(identity.attemptNumber),
    [LABEL.installation]: installationId,
    [LABEL.execution]: identity.executionId,
    [LABEL.taskRun]: identity.taskRunId,
    [LABEL.attempt]: spec.attemptId,
  };
  const safe = Object.entries(system).map(([name, value]) => [name, labelValue(value)]);
  return { ...spec.kubernetes.labels, ...Object.fromEntries(safe) };
}

function annotationsOf(spec: AttemptSpec, shape: FileShape): Record<string, string> {
  const wait = String(spec.kubernetes.waitUntilRunningSeconds);
  return {
    ...spec.kubernetes.annotations,
    [ANNOTATION.waitUntilRunningSeconds]: wait,
    [ANNOTATION.files]: shape,
    ...(needsUpload(spec.inputFiles) && { [ANNOTATION.upload]: "true" }),
    ...(spec.keepsFiles && { [ANNOTATION.keeps]: "true" }),
    ...(spec.timeoutSeconds !== null && {
      [ANNOTATION.timeoutSeconds]: String(spec.timeoutSeconds),
    }),
  };
}

/**
 * A text that Kubernetes passes on as it is: `$(NAME)` would be replaced and `$$` made one `$`
 * (k8s.io/kubernetes/third_party/forked/golang/expansion).
 */
export function literal(text: string): string {
  return text.replace(/\$+\(?/g, (found) =>
    found === "$" ? found : found.replaceAll("$", () => "$$"),
  );
}
