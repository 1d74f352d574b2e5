import { posix } from "node:path";
import type { FakeFiles } from "../fake-files.ts";

/** What a program of the fake shell sees. Text is Latin-1, so that every byte has a character. */
export interface Program {
  parameters: string[];
  variables: Map<string, string>;
  files: FakeFiles;
  folder: string;
  print: (text: string) => void;
  complain: (text: string) => void;
  sleep: (milliseconds: number) => Promise<void>;
}

/** Programs by name; each returns its exit code. */
export const PROGRAMS: Record<string, (program: Program) => number | Promise<number>> = {
  true: () => 0,
  ":": () => 0,
  false: () => 1,
  echo: ({ parameters, print }) => {
    const isBare = parameters[0] === "-n";
    print(parameters.slice(isBare ? 1 : 0).join(" ") + (isBare ? "" : "\n"));
    return 0;
  },
  printf: ({ parameters: [format = "", ...values], print }) => {
    do {
      print(formatted(format, values));
    } while (values.length > 0 && format.includes("%"));
    return 0;
  },
  pwd: ({ folder, print }) => {
    print(`${folder}\n`);
    return 0;
  },
  sleep: async ({ parameters, sleep }) => {
    await sleep(Number(parameters[0]) * 1000);
    return 0;
  },
  env: ({ variables, print }) => {
    for (const [name, value] of variables) print(`${name}=${value}\n`);
    return 0;
  },
  mkdir: ({ parameters, files, folder }) => {
    for (const name of parameters.filter((text) => !text.startsWith("-")))
      files.makeFolder(pathOf(folder, name));
    return 0;
  },
  cat: (program) => eachFile(program, "cat", (bytes) => program.print(bytes.toString("latin1"))),
  cp: (program) => {
    const [from = "", to = ""] = program.parameters;
    const bytes = program.files.read(pathOf(program.folder, from));
    if (bytes && program.files.write(pathOf(program.folder, to), bytes)) return 0;
    program.complain(`cp: ${from}: No such file or directory\n`);
    return 1;
  },
  ln: ({ parameters, files, folder }) => {
    const [target = "", path = ""] = parameters.slice(-2);
    files.link(pathOf(folder, path), Buffer.from(target, "latin1").toString("utf8"));
    return 0;
  },
  chmod: ({ parameters: [mode = "", ...names], files, folder, complain }) => {
    const missing = names.filter((name) => !files.makeExecutable(pathOf(folder, name)));
    if (mode === "+x" && missing.length === 0) return 0;
    complain(`chmod: ${mode} ${missing[0] ?? ""}: this shell knows +x of files only\n`);
    return 1;
  },
  rm: ({ parameters, files, folder, complain }) => {
    const names = parameters.filter((text) => !text.startsWith("-"));
    const missing = names.filter((name) => !files.remove(pathOf(folder, name)));
    if (missing.length === 0 || parameters.includes("-f")) return 0;
    complain(`rm: ${missing[0]}: No such file or directory\n`);
    return 1;
  },
  test: ({ parameters, files, folder }) => (holds(parameters, files, folder) ? 0 : 1),
  "[": ({ parameters, files, folder }) => (holds(parameters.slice(0, -1), files, folder) ? 0 : 1),
};

/** Names are UTF-8 in the file system and Latin-1 in the shell. */
export function pathOf(folder: string, name: string): string {
  return posix.resolve(folder, Buffer.from(name, "latin1").toString("utf8"));
}

function eachFile(program: Program, name: string, use: (bytes: Buffer) => void): number {
  let status = 0;
  for (const file of program.parameters) {
    const bytes = program.files.read(pathOf(program.folder, file));
    if (bytes) use(bytes);
    else {
      program.complain(`${name}: ${file}: No such file or directory\n`);
      status = 1;
    }
  }
  return status;
}

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", "\\": "\\" };

function formatted(format: string, values: string[]): string {
  return format.replaceAll(/\\([0-7]{1,3}|.)|%([sd%])/g, (_, escape?: string, kind?: string) => {
    if (kind) return kind === "%" ? "%" : (values.shift() ?? (kind === "d" ? "0" : ""));
    const text = escape ?? "";
    if (/^[0-7]/.test(text)) return String.fromCharCode(Number.parseInt(text, 8) & 0xff);
    return ESCAPES[text] ?? `\\${text}`;
  });
}

function holds(parameters: string[], files: FakeFiles, folder: string): boolean {
  if (parameters[0] === "!") return !holds(parameters.slice(1), files, folder);
  const [first = "", second = "", third = ""] = parameters;
  if (parameters.length === 1) return first !== "";
  if (parameters.length === 2) {
    const file = files.get(pathOf(folder, second));
    switch (first) {
      case "-f":
        return file?.kind === "file";
      case "-d":
        return file?.kind === "folder";
      case "-e":
        return file !== undefined;
      case "-x":
        return file?.kind === "folder" || (file?.kind === "file" && file.isExecutable);
      case "-n":
        return second !== "";
      case "-z":
        return second === "";
    }
  }
  const compare: Record<string, boolean> = {
    "=": first === third,
    "!=": first !== third,
    "-eq": Number(first) === Number(third),
    "-ne": Number(first) !== Number(third),
    "-lt": Number(first) < Number(third),
    "-le": Number(first) <= Number(third),
    "-gt": Number(first) > Number(third),
    "-ge": Number(first) >= Number(third),
  };
  return compare[second] ?? false;
}
