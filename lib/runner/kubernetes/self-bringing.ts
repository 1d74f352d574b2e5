import { BRINGING_FAILED, shellWord } from "./helper-script.ts";

/** What main says in its termination message when it could not write its files. */
export const SELF_FAILED = "podflow: the input files could not be written";

/**
 * Main's steps that write its own files, by the shell's builtins alone: any image with a shell can
 * do it, and no other container has to be waited for. Folders are made by `mkdir`, or by the helper
 * where the image has none.
 */
export function selfBringingSteps({
  folders,
  files,
  messagePath = "/dev/termination-log",
}: {
  folders: string[];
  files: { path: string; bytes: Uint8Array }[];
  /** Where Kubernetes looks for a container's last words. */
  messagePath?: string;
}): string[] {
  const steps = [
    "umask 0",
    ...folders.map((folder) => {
      const name = shellWord(folder);
      const wait = `while [ ! -d ${name} ]; do sleep 0.02 2>/dev/null || sleep 1; done`;
      return `{ mkdir -p ${name} 2>/dev/null || ${wait}; }`;
    }),
    ...files.map(({ path, bytes }) => `printf '${printfFormat(bytes)}' > ${shellWord(path)}`),
  ];
  return [
    `(${steps.join(" &&\n")}) || { echo '${SELF_FAILED}' > ${messagePath}; exit ${BRINGING_FAILED}; }`,
  ];
}

/** The bytes as a format of POSIX printf, between single quotes. */
function printfFormat(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (character === "%") text += "%%";
    else if (/[\w .,:;/@#!?=+*<>(){}[\]|&~^"`]/.test(character) && byte < 128) text += character;
    else text += `\\${byte.toString(8).padStart(3, "0")}`;
  }
  return text;
}
