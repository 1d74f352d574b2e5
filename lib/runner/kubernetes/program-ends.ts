import {
  type EndFacts,
  type EndRow,
  failedInit,
  helperEnd,
  isRuntimesFault,
  LOST_REASONS,
  mainReason,
  START_REASONS as START,
  waitedForFiles,
} from "./end-facts.ts";
import { BRINGING_FAILED } from "./helper-script.ts";
import { ANNOTATION, type Terminated } from "./pod.ts";
import { SELF_FAILED } from "./self-bringing.ts";
import {
  FREE_THE_DISK,
  FULL_DISK,
  HELPER_REMEDY,
  LATE_FILES_REMEDY,
  RUNTIME_REMEDY,
} from "./container-causes.ts";

const RUNTIME = "containerd internal/cri/server/container_start.go, StartError";
const STATUS = "containerStatuses[].state.terminated";

function secondsOf({ startedAt = "", finishedAt = "" }: Terminated): number {
  return (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
}

/** Whether the user's time limit was over when the container ended (pod-spec.ts, `timeLimit`). */
function timeLimitOver({ pod, main }: EndFacts): Record<string, string> | null {
  const text = pod.metadata.annotations?.[ANNOTATION.timeoutSeconds];
  if (text === undefined || !main?.startedAt || !main.finishedAt) return null;
  const took = secondsOf(main);
  const wasKilled = main.exitCode === 137 || main.exitCode === 143;
  // A program that listens to SIGTERM ends as it likes. Both times are cut to whole seconds, and the
  // wait for files that are brought is in them.
  const wasBrought = pod.metadata.annotations?.[ANNOTATION.upload] === "true";
  const isLate = took >= Number(text) + 1 && !wasBrought;
  return isLate || (took >= Number(text) && wasKilled) ? { limit: text } : null;
}

/** Also of a program that went on when one of its processes was killed (kubernetes/kubernetes#131530). */
const wasShortOfMemory = mainReason(["OOMKilled"]);

const NOT_STARTED: EndRow[] = [
  {
    id: "status-unknown",
    source:
      "pkg/kubelet/kubelet_pods.go and status/status_manager.go, ContainerStatusUnknown; containerd internal/cri/server/helpers.go, unknownExitReason",
    // containerd gives it the exit code 255 when the program ended while containerd was away.
    match: mainReason(LOST_REASONS),
    kind: "lost",
    fault: "platform",
    began: "status",
    says: "The node {node} no longer knows how the container ended.",
    remedy: "Execute it again; the node's container runtime lost its state.",
  },
  {
    id: "oom-at-start",
    source: "runc libcontainer/process_linux.go, by StartError of containerd",
    match: mainReason(START, /OOM-killed|memory limit too low|cgroup.*memory.*(busy|too low)/i),
    kind: "oom",
    fault: "user",
    began: "no",
    says: "The container needs more memory to begin at all than {memory}.",
    remedy: "Raise resources.limit.memory of the task runner.",
  },
  {
    id: "start-disk",
    source: `${RUNTIME}; ENOSPC, EDQUOT of the node`,
    match: mainReason(START, FULL_DISK),
    kind: "volume",
    fault: "platform",
    began: "no",
    says: "The disk of the node {node} is full: the container could not be started.",
    remedy: FREE_THE_DISK,
  },
  {
    id: "program-missing",
    source: RUNTIME,
    match: mainReason(
      START,
      /exec: "(?<program>[^"]*)": (stat [^:]*: )?(executable file not found|no such file)/,
    ),
    kind: "config",
    fault: "user",
    began: "no",
    says: 'The program of the task cannot be started: "{program}" is not in the image {image}.',
    remedy: "Choose an image that has it, or name another interpreter.",
  },
  {
    id: "program-forbidden",
    source: RUNTIME,
    match: mainReason(START, /exec: "(?<program>[^"]*)": .*(permission denied|is a directory)/),
    kind: "config",
    fault: "user",
    began: "no",
    says: 'The program of the task cannot be started: "{program}" may not be executed in the image {image}.',
    remedy: "Make the file executable in the image, or run it by its interpreter.",
  },
  {
    id: "program-platform",
    source: RUNTIME,
    match: mainReason(START, /exec format error/),
    kind: "image",
    fault: "user",
    began: "no",
    says: "The program of the image {image} is for another platform than that of the node {node}.",
    remedy: "Choose an image for it, or a node of another platform by nodeSelector.",
  },
  {
    id: "working-directory",
    source: RUNTIME,
    match: mainReason(START, /chdir to cwd|mkdir .*(permission denied|read-only|not a directory)/),
    kind: "config",
    fault: "user",
    began: "no",
    says: "The container's working directory cannot be used in the image {image}.",
    remedy: "Correct workingDir, the mounts, or the user of the container.",
  },
  {
    id: "mount-target",
    source: RUNTIME,
    match: mainReason(START, /error mounting|not a directory|create mountpoint/),
    kind: "config",
    fault: "user",
    began: "no",
    says: "A volume cannot be mounted at its place in the container.",
    remedy: "Correct mountPath or subPath of the volumeMounts.",
  },
  {
    id: "start-cut",
    source: `${RUNTIME} of task.Start, whose call was cut: by then the shim may have started the program`,
    match: mainReason(
      START,
      /failed to start containerd task "[^"]*": (?![^]*OCI runtime)[^]*(context (canceled|deadline exceeded)|ttrpc|transport|unavailable|EOF)/i,
    ),
    kind: "lost",
    fault: "platform",
    began: "status",
    says: "The container runtime of the node {node} was interrupted while it started the container, whose program may have run for a moment.",
    remedy: "Execute it again; when it stays, look at the node's container runtime.",
  },
  {
    id: "cannot-start",
    source: `${RUNTIME}; ContainerCannotRun of older runtimes`,
    match: mainReason(START),
    kind: "config",
    fault: "platform",
    began: "no",
    says: "The container runtime of the node {node} could not start the container.",
    remedy: RUNTIME_REMEDY,
  },
];

const INTERRUPTED: EndRow[] = [
  {
    id: "input-files-late",
    source: "helper-script.ts, and the liveness probe of pod-spec.ts",
    match: (facts) => {
      const isLate = waitedForFiles(facts) && timeLimitOver(facts) !== null;
      return isLate && facts.main ? { took: String(secondsOf(facts.main)) } : null;
    },
    kind: "input-files",
    fault: "platform",
    began: "no",
    says: "The input files were not all there after {took} s, when the task's time was over.",
    remedy: LATE_FILES_REMEDY,
  },
  {
    id: "input-files-cut",
    source: "helper-script.ts, and the end of main",
    match: (facts) => (waitedForFiles(facts) ? {} : null),
    kind: "input-files",
    fault: "platform",
    began: "no",
    says: "The task's container ended (exit code {exitCode}) while it waited for its input files.",
    remedy: "Execute it again; when it stays, look at what the node says of the pod.",
  },
  {
    id: "oom",
    source: "containerd's TaskOOM, as reason OOMKilled",
    match: (facts) => (facts.main?.exitCode === 0 ? null : wasShortOfMemory(facts)),
    kind: "oom",
    fault: "user",
    began: "status",
    says: "The program needed more memory than {memory}, and was killed.",
    remedy: "Raise resources.limit.memory of the task runner, or use less memory.",
  },
  {
    id: "time-limit",
    source: "pkg/kubelet/prober: the liveness probe of pod-spec.ts",
    match: timeLimitOver,
    kind: "timeout",
    fault: "user",
    began: "status",
    says: "The task was ended after its timeout of {limit} s.",
    remedy: "Raise the task's timeout, or make the task faster.",
  },
  {
    id: "self-input-files",
    source: "self-bringing.ts",
    match: ({ main }) =>
      main?.exitCode === BRINGING_FAILED && main.message?.startsWith(SELF_FAILED) ? {} : null,
    kind: "input-files",
    fault: "platform",
    began: "no",
    says: "The input files could not be put into the pod.",
    remedy: "Often the node's disk is full; see what the log says.",
  },
  {
    id: "input-files",
    source: "helper-script.ts",
    match: (facts) => (!facts.main && helperEnd(facts)?.exitCode === BRINGING_FAILED ? {} : null),
    kind: "input-files",
    fault: "platform",
    began: "no",
    says: "The input files could not be put into the pod.",
    remedy: "See what the helper container said; often its volume or the node's disk is full.",
  },
  {
    id: "init-oom",
    source: "initContainerStatuses[].state.terminated, reason OOMKilled",
    match: (facts) => {
      const init = failedInit(facts);
      return init?.end.reason === "OOMKilled" ? { container: init.name } : null;
    },
    kind: "oom",
    fault: "user",
    began: "no",
    says: 'The init container "{container}" needed more memory than its limit, so that the task never began.',
    remedy: "Raise its limit in podSpec.initContainers.",
  },
  {
    id: "init-failed",
    source: "initContainerStatuses[].state.terminated; pkg/kubelet/kuberuntime, Init:Error",
    match: (facts) => {
      const init = failedInit(facts);
      return init && { container: init.name, initCode: String(init.end.exitCode) };
    },
    kind: "config",
    fault: "user",
    began: "no",
    says: 'The init container "{container}" ended with exit code {initCode}, so that the task never began.',
    remedy: "Correct it in podSpec.initContainers; what it said is in the pod's black box.",
  },
  {
    id: "helper-lost",
    source: `${RUNTIME}, or Unknown, of the helper container`,
    match: (facts) => {
      const end = helperEnd(facts);
      return !facts.main && end && isRuntimesFault(end) ? {} : null;
    },
    kind: "config",
    fault: "platform",
    began: "no",
    says: "The container runtime of the node {node} could not run the container that carries the task's files.",
    remedy: RUNTIME_REMEDY,
  },
  {
    id: "helper",
    source: "the helper container's own end",
    match: (facts) => {
      const end = helperEnd(facts);
      if (facts.main || !end || end.exitCode === 0) return null;
      return { helperCode: String(end.exitCode) };
    },
    kind: "config",
    fault: "user",
    began: "no",
    says: "The helper container that carries the task's files ended with exit code {helperCode}.",
    remedy: HELPER_REMEDY,
  },
];

const exited = (id: string, code: number | null, remedy: string): EndRow => ({
  id,
  source: STATUS,
  match: ({ main }) => {
    if (!main) return null;
    return code === null || main.exitCode === code ? {} : null;
  },
  kind: "exit",
  fault: "user",
  began: "status",
  says: `The program ended with exit code ${code ?? "{exitCode}"}.`,
  remedy,
});

/** By signal(7); 128+n is what shells and runtimes make of it. */
const SIGNALS: [number: number, name: string, remedy: string][] = [
  [1, "SIGHUP", ""],
  [2, "SIGINT", ""],
  [3, "SIGQUIT", ""],
  [4, "SIGILL", "The program uses instructions that the node's CPU lacks: use a build for it."],
  [5, "SIGTRAP", ""],
  [6, "SIGABRT", "The program gave up by itself; its last lines say why."],
  [7, "SIGBUS", "Often a mapped file shrank, or /dev/shm is full."],
  [8, "SIGFPE", "The program divided by zero or computed what has no result."],
  [
    9,
    "SIGKILL",
    "Nobody in the cluster says that it ended it: look for what sends it inside the container.",
  ],
  [11, "SIGSEGV", "The program used memory that is not its own: a mistake in it or in a library."],
  [13, "SIGPIPE", "The program wrote to another that had ended already."],
  [15, "SIGTERM", "Something inside the container asked the program to end."],
  [24, "SIGXCPU", "It used more CPU time than a limit (ulimit -t) allows."],
  [25, "SIGXFSZ", "It wrote a larger file than a limit (ulimit -f) allows."],
];

const signalled: EndRow[] = SIGNALS.map(([number, name, remedy]) => ({
  id: `signal-${name.slice(3).toLowerCase()}`,
  source: `${STATUS}: 128+${number}`,
  match: ({ main }) => (main?.exitCode === 128 + number ? {} : null),
  kind: "signal",
  fault: "user",
  began: "status",
  says: `The program was ended by ${name} (exit code ${128 + number}).`,
  remedy,
}));

/** What the program did, or what kept it from beginning, first match first. */
export const PROGRAM_ENDS: EndRow[] = [
  ...NOT_STARTED,
  ...INTERRUPTED,
  {
    id: "exit-0-oom",
    source: "containerd's TaskOOM, as reason OOMKilled of a program that ended well all the same",
    match: (facts) => (facts.main?.exitCode === 0 ? wasShortOfMemory(facts) : null),
    kind: "exit",
    fault: "user",
    began: "status",
    says: "The program ended with exit code 0, though one of its processes needed more memory than {memory} and was killed.",
    remedy:
      "Raise resources.limit.memory of the task runner, unless the program can do without it.",
  },
  exited("exit-0", 0, ""),
  exited(
    "exit-126",
    126,
    "The file was found but may not be executed: check its mode and its first line.",
  ),
  exited("exit-127", 127, "A command was not found: install it in the image, or correct its name."),
  ...signalled,
  exited("exit", null, ""),
  {
    id: "no-status",
    source: "a pod in its last phase without a status of main",
    match: () => ({}),
    kind: "lost",
    fault: "platform",
    began: "status",
    says: "The pod ended ({reason}) and says nothing of the task's container.",
    remedy: "Execute it again.",
  },
];
