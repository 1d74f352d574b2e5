import { posix } from "node:path";
import type { FileEntry } from "../contract.ts";
import type { SymbolicLink } from "../symbolic-links.ts";

export type FakeFile =
  | { kind: "file"; bytes: Buffer; isExecutable: boolean }
  | { kind: "link"; target: string }
  | { kind: "folder" };

/** A small file system in memory, with absolute paths. */
export class FakeFiles {
  readonly #files = new Map<string, FakeFile>();

  makeFolder(path: string): void {
    for (let at = path; at !== "/"; at = posix.dirname(at))
      if (!this.#files.has(at)) this.#files.set(at, { kind: "folder" });
  }

  get(path: string): FakeFile | undefined {
    return this.#files.get(path);
  }

  read(path: string): Buffer | null {
    const file = this.#files.get(path);
    return file?.kind === "file" ? file.bytes : null;
  }

  /** Writes a file into a folder that is there; false when it is not. */
  write(path: string, bytes: Buffer, options: { isExecutable?: boolean } = {}): boolean {
    if (this.#files.get(posix.dirname(path))?.kind !== "folder") return false;
    const before = this.#files.get(path);
    if (before?.kind === "folder") return false;
    const wasExecutable = before?.kind === "file" && before.isExecutable;
    const isExecutable = options.isExecutable ?? wasExecutable;
    this.#files.set(path, { kind: "file", bytes, isExecutable });
    return true;
  }

  link(path: string, target: string): void {
    this.#files.set(path, { kind: "link", target });
  }

  makeExecutable(path: string): boolean {
    const file = this.#files.get(path);
    if (file?.kind !== "file") return false;
    this.#files.set(path, { ...file, isExecutable: true });
    return true;
  }

  remove(path: string): boolean {
    return this.#files.delete(path);
  }

  /** The regular files below a folder, relative to it. */
  list(folder: string): FileEntry[] {
    return [...this.#files].flatMap(([path, file]) =>
      file.kind === "file" && path.startsWith(`${folder}/`)
        ? [
            {
              path: path.slice(folder.length + 1),
              size: file.bytes.length,
              isExecutable: file.isExecutable,
            },
          ]
        : [],
    );
  }

  /** The symbolic links below a folder, relative to it. */
  links(folder: string): SymbolicLink[] {
    return [...this.#files].flatMap(([path, file]) =>
      file.kind === "link" && path.startsWith(`${folder}/`)
        ? [{ path: path.slice(folder.length + 1), target: file.target }]
        : [],
    );
  }
}
