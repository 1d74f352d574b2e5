/** Files in the control folder by which helper, main and runner meet. */
export const CONTROL = {
  /** FIFO that main reads once before it begins. */
  gate: "gate",
  /** Made by the runner when all uploaded files are in place and verified. */
  uploaded: "uploaded",
} as const;

/** What main says in its termination message as long as it waits for its files. */
export const WAITS_FOR_FILES = "podflow: the input files are not all there yet";

/**
 * Main's steps behind the gate: the shell of the command itself waits, with builtins and `sleep`
 * alone, until the helper has opened the gate. Its termination message tells whoever sees its end
 * whether the command had begun.
 * @param messagePath where Kubernetes looks for a container's last words
 */
export function waitingSteps(controlDir: string, messagePath = "/dev/termination-log"): string[] {
  const gate = `${controlDir}/${CONTROL.gate}`;
  const say = (text: string): string => `{ printf '${text}' > ${messagePath}; } 2>/dev/null`;
  return [
    say(String.raw`${WAITS_FOR_FILES}\n`),
    `while [ ! -p ${gate} ]; do sleep 0.02 2>/dev/null || sleep 1; done`,
    `read -r podflow < ${gate}`,
    "unset podflow",
    say(""),
  ];
}

export interface HelperRole {
  controlDir: string;
  /** Folders to make, each after its parents. */
  folders: string[];
  /** Pieces of base64 of a gzipped tar in F0, F1, … */
  inlineCount: number;
  /** Whether the runner brings files by exec, and says so in the end. */
  awaitsUpload: boolean;
  /** Whether it has to prepare the working directory. */
  brings: boolean;
  opensGate: boolean;
  /** Whether it stays, so that the files can be fetched. */
  keeps: boolean;
}

/** The helper's exit code when the files could not be put in place. */
export const BRINGING_FAILED = 41;

/**
 * What the helper does, for any POSIX shell with tar, gzip, base64 and mkfifo, such as busybox's.
 * Everything it makes is open to every user, because main may run as anyone.
 */
export function helperScript(role: HelperRole): string {
  const lines = ["umask 0", "trap 'exit 0' TERM"];
  const folders = role.folders.map((folder) => shellWord(folder)).join(" ");
  if (folders) lines.push(`mkdir -p ${folders} || exit ${BRINGING_FAILED}`);
  if (role.brings) lines.push(...bringing(role));
  if (role.keeps) lines.push("while :; do sleep 3600 & wait $!; done");
  return lines.join("\n");
}

/** A path as one word, and never an option. */
export function shellWord(path: string): string {
  const text = path.startsWith("/") ? path : `./${path}`;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function bringing({ controlDir, ...role }: HelperRole): string[] {
  const gate = `${controlDir}/${CONTROL.gate}`;
  const steps: string[] = [];
  if (role.opensGate) steps.push(`{ [ -p ${gate} ] || mkfifo -m 666 ${gate}; }`);
  if (role.inlineCount > 0) {
    const pieces = Array.from({ length: role.inlineCount }, (_, index) => `"$F${index}"`);
    steps.push(`printf %s ${pieces.join(" ")} | base64 -d | tar xzf -`);
  }
  const lines = steps.map((step) => `${step} || exit ${BRINGING_FAILED}`);
  if (role.awaitsUpload) {
    const uploaded = `${controlDir}/${CONTROL.uploaded}`;
    lines.push(`while [ ! -e ${uploaded} ]; do sleep 0.05 2>/dev/null || sleep 1; done`);
  }
  // In the background: main may never come, and the helper must end when it is told to.
  if (role.opensGate) lines.push(`echo open > ${gate} &`, ...(role.keeps ? [] : ["wait $!"]));
  return lines;
}
