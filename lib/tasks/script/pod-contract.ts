import { hasExpression } from "#lib/flow/schema/parts.ts";
import { FILES_VOLUME, namesFilesVolume } from "./task-files.ts";

/** What of a flow's pod would break what its task rests on. */
interface ContractBreach {
  /** Keys from `taskRunner` on. */
  path: (string | number)[];
  message: string;
  remedy: string;
}

export interface PodParts {
  podSpec?: unknown;
  containerSpec?: unknown;
  containerDefaultSpec?: unknown;
  /** `fileSidecar.defaultSpec` and `fileSideCarSpec`. */
  helperSpecs: { path: string[]; part: unknown }[];
}

interface Facts {
  workingDir: string;
  /** Whether files are brought or kept. */
  movesFiles: boolean;
}

const MAIN = "main";
const OUR_CONTAINERS = ["files", "init-files"];
const OUR_VOLUMES = [FILES_VOLUME, "podflow"];
const CONTROL_DIR = "/kestra/podflow";
/** Where Kestra has its volume, and the folder of it that is the working directory. */
const KESTRA_DIR = "/kestra";
const KESTRA_FOLDER = "working-dir";

/** What the rules depend on. */
interface Ground {
  workingDir: string;
  /** Whether the working directory is a volume of ours, in which main works. */
  hasFolder: boolean;
}

type Reason = [message: string, remedy: string];

const NO_COMMAND: Reason = [
  "What the container runs is the task's own commands or script.",
  "Put it into `commands`, `script` or `beforeCommands`; `interpreter` says which program runs them.",
];
const NO_PROBE: Reason = [
  "The liveness probe of the task's container is its time limit.",
  "Use `timeout`, or check the program within the task's commands.",
];
const NO_RESTART: Reason = [
  "A task's pod never restarts its containers: a restart would run the task twice.",
  "Leave it out, and use the task's `retry`.",
];
const NO_NAME: Reason = [
  "The name of the task's container is always `main`.",
  "Leave it out; a container of another name belongs into `podSpec.containers`.",
];
const HELPER_COMMAND: Reason = ["The helper runs what moves the files.", "Leave it out."];

/** Properties that no part may set for the task's own container. */
const NOT_FOR_MAIN: Record<string, Reason> = {
  command: NO_COMMAND,
  args: NO_COMMAND,
  livenessProbe: NO_PROBE,
  startupProbe: NO_PROBE,
  restartPolicy: NO_RESTART,
  restartPolicyRules: NO_RESTART,
};
const NOT_FOR_HELPERS: Record<string, Reason> = {
  command: HELPER_COMMAND,
  args: HELPER_COMMAND,
  name: ["The helper's name is Podflow's.", "Leave it out."],
  workingDir: ["The helper works in the task's working directory.", "Leave it out."],
  restartPolicy: NO_RESTART,
  restartPolicyRules: NO_RESTART,
};

/**
 * Everything in the parts that would break what a task rests on: one container `main` that runs the
 * task's commands once, within its time limit, in a working directory that Podflow can reach. Texts
 * with expressions are passed over, so that it serves before and after rendering.
 */
export function contractBreaches(parts: PodParts, facts: Facts): ContractBreach[] {
  const { podSpec, containerSpec, containerDefaultSpec } = parts;
  const ground: Ground = {
    workingDir: facts.workingDir,
    hasFolder: facts.movesFiles || namesFilesVolume(parts),
  };
  return [
    ...inPod(mapOf(podSpec), ground),
    ...inMain(mapOf(containerSpec), ["containerSpec"], ground),
    ...inMain(mapOf(containerDefaultSpec), ["containerDefaultSpec"], ground),
    ...parts.helperSpecs.flatMap(({ path, part }) => forbidden(mapOf(part), path, NOT_FOR_HELPERS)),
  ];
}

function inPod(podSpec: Record<string, unknown>, ground: Ground): ContractBreach[] {
  const { restartPolicy, containers, initContainers, volumes } = podSpec;
  const found: ContractBreach[] = [];
  if (restartPolicy !== undefined && restartPolicy !== "Never" && !isExpression(restartPolicy)) {
    found.push(breach(["podSpec", "restartPolicy"], NO_RESTART));
  }
  return [
    ...found,
    ...inList(containers, ["podSpec", "containers"], (container, path, others) => [
      ...ofName(container, path, others),
      ...(container["name"] === MAIN ? inMain(container, path, ground) : []),
    ]),
    ...inList(initContainers, ["podSpec", "initContainers"], (container, path, others) =>
      container["name"] === MAIN
        ? [
            breach(
              [...path, "name"],
              [
                "An init container cannot have the name `main`, which is the task's own container.",
                "Give it another name.",
              ],
            ),
          ]
        : ofName(container, path, others),
    ),
    ...inList(volumes, ["podSpec", "volumes"], ofVolume),
  ];
}

type Visit = (
  item: Record<string, unknown>,
  path: (string | number)[],
  earlier: Record<string, unknown>[],
) => ContractBreach[];

function inList(list: unknown, path: (string | number)[], visit: Visit): ContractBreach[] {
  if (list === undefined || list === null || isExpression(list)) return [];
  if (!Array.isArray(list)) {
    return [breach(path, [`\`${path.join(".")}\` must be a list.`, "Begin each item with `- `."])];
  }
  const maps = list.map(mapOf);
  return list.flatMap((item: unknown, index) => {
    if (isExpression(item)) return [];
    const own = maps[index] ?? {};
    if (typeof item === "object" && item !== null) {
      return visit(own, [...path, index], maps.slice(0, index));
    }
    return [breach([...path, index], ["This must be a map.", "Begin it with `name:`."])];
  });
}

function ofName(
  { name }: Record<string, unknown>,
  path: (string | number)[],
  earlier: Record<string, unknown>[],
): ContractBreach[] {
  if (typeof name !== "string" || name === "") {
    return [breach(path, ["A container needs a `name`.", "Add it."])];
  }
  if (OUR_CONTAINERS.includes(name)) {
    const reason: Reason = [
      `The container name \`${name}\` is that of Podflow's helper.`,
      "Give the container another name; the helper's own properties go into `fileSidecar.defaultSpec`.",
    ];
    return [breach([...path, "name"], reason)];
  }
  if (!isExpression(name) && earlier.some((other) => other["name"] === name)) {
    const reason: Reason = [`Two containers have the name \`${name}\`.`, "Give one another name."];
    return [breach([...path, "name"], reason)];
  }
  return [];
}

/** Of the volume with the files a flow may say how large it gets and whether it is memory. */
const ofVolume: Visit = ({ name, emptyDir, ...more }, path) =>
  OUR_VOLUMES.includes(String(name)) &&
  !(name === FILES_VOLUME && emptyDir !== undefined && Object.keys(more).length === 0)
    ? [
        breach(
          [...path, "name"],
          [
            `The volume name \`${String(name)}\` is Podflow's own.`,
            "Give it another name. Of `kestra-files` only `emptyDir` may be said.",
          ],
        ),
      ]
    : [];

function inMain(
  part: Record<string, unknown>,
  path: (string | number)[],
  ground: Ground,
): ContractBreach[] {
  const { name, workingDir, volumeMounts } = part;
  const found = forbidden(part, path, NOT_FOR_MAIN);
  if (name !== undefined && name !== MAIN && !isExpression(name)) {
    found.push(breach([...path, "name"], NO_NAME));
  }
  const isElsewhere = workingDir !== undefined && workingDir !== ground.workingDir;
  if (ground.hasFolder && isElsewhere && !isExpression(workingDir)) {
    const reason: Reason = [
      "A task that has files, or names their volume, works in its working directory.",
      "Leave it out, and change the folder by `cd` in the commands.",
    ];
    found.push(breach([...path, "workingDir"], reason));
  }
  const ours = [CONTROL_DIR, ...(ground.hasFolder ? [ground.workingDir] : [])];
  const mounts = inList(volumeMounts, [...path, "volumeMounts"], (mount, at) =>
    isInTheWay(mount, ours, ground)
      ? [
          breach(
            [...at, "mountPath"],
            [
              `At \`${String(mount["mountPath"])}\` the pod has the volume in which its files are moved.`,
              mount["name"] === FILES_VOLUME
                ? "Leave this mount out: the volume is there."
                : "Mount this volume elsewhere, for example at `{{ workingDir }}/data`.",
            ],
          ),
        ]
      : [],
  );
  return [...found, ...mounts];
}

/** The very mount that is there, in Kestra's words or in ours, is in nobody's way. */
function isInTheWay(
  { name, mountPath, subPath, ...more }: Record<string, unknown>,
  ours: string[],
  { workingDir }: Ground,
): boolean {
  const path = String(mountPath).replace(/\/+$/, "");
  if (name !== FILES_VOLUME) return ours.includes(path);
  const isWhole = subPath === undefined || (path === workingDir && subPath === KESTRA_FOLDER);
  const isThere = (path === workingDir || path === KESTRA_DIR) && isWhole;
  return [KESTRA_DIR, ...ours].includes(path) && !(isThere && Object.keys(more).length === 0);
}

function forbidden(
  part: Record<string, unknown>,
  path: (string | number)[],
  reasons: Record<string, Reason>,
): ContractBreach[] {
  return Object.entries(reasons).flatMap(([key, reason]) =>
    part[key] === undefined || part[key] === null ? [] : [breach([...path, key], reason)],
  );
}

function breach(path: (string | number)[], [message, remedy]: Reason): ContractBreach {
  return { path, message, remedy };
}

function isExpression(value: unknown): boolean {
  return typeof value === "string" && hasExpression(value);
}

function mapOf(value: unknown): Record<string, unknown> {
  // Only own properties of a map are read.
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
