import { type InputFile, RunnerError } from "./contract.ts";

const LONGEST_NAME_BYTES = 255;
const LONGEST_PATH_BYTES = 3000;

/**
 * Refuses names of input files that leave the working directory or that no disk takes.
 * @throws RunnerError of kind `input-files`
 */
export function checkInputPaths(files: InputFile[]): void {
  const seen = new Set<string>();
  for (const { path } of files) {
    const wrong = seen.has(path) ? "is there twice" : wrongWith(path);
    if (wrong) throw refused(path, wrong);
    seen.add(path);
  }
  for (const path of seen)
    for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1))
      if (seen.has(path.slice(0, slash)))
        throw refused(path.slice(0, slash), "is both a file and a folder");
}

function wrongWith(path: string): string | null {
  if (path === "") return "is empty";
  if (path.includes("\0")) return "contains a NUL character";
  if (path.startsWith("/")) return "is absolute";
  const names = path.split("/");
  if (names.includes("..")) return 'contains ".."';
  if (names.includes("") || names.includes(".")) return "has an empty part";
  if (names.some((name) => Buffer.byteLength(name) > LONGEST_NAME_BYTES))
    return `has a part of more than ${LONGEST_NAME_BYTES} bytes`;
  if (Buffer.byteLength(path) > LONGEST_PATH_BYTES)
    return `is longer than ${LONGEST_PATH_BYTES} bytes`;
  return null;
}

function refused(path: string, wrong: string): RunnerError {
  const shown = path.length > 80 ? `${path.slice(0, 80)}…` : path;
  return new RunnerError(
    "input-files",
    `The name of the input file ${JSON.stringify(shown)} ${wrong}.`,
    {
      remedy: 'Use a path below the working directory under "inputFiles", for example data/in.csv.',
      fault: "user",
      isTransient: false,
    },
  );
}
