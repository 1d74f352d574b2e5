import type { PlannedFile } from "../task-type.ts";

/** What counts as one URI inside a command (LANGUAGE.md 1.6), with the letters of all languages. */
const URI = /kestra:\/\/[-\p{L}\p{N}%._+~#=/]*[-\p{L}\p{N}%_+~#=]/gu;
const FOLDER = ".kestra-files";

/** Exchanges `kestra:///…` URIs in commands and scripts for files of the working directory. */
export class StoredFiles {
  readonly #paths = new Map<string, string>();

  /** The text with each URI replaced by its file's path, relative to the working directory. */
  replaced(text: string): string {
    return text.replaceAll(URI, (uri) => this.#pathOf(uri));
  }

  files(): PlannedFile[] {
    return [...this.#paths].map(([uri, path]) => ({
      path,
      content: { kind: "uri", uri },
      isExecutable: false,
    }));
  }

  /** A folder for each file, so that its name and ending stay what they are. */
  #pathOf(uri: string): string {
    const known = this.#paths.get(uri);
    if (known !== undefined) return known;
    const name = uri.split("/").at(-1) || "file";
    const path = `${FOLDER}/${this.#paths.size + 1}/${name}`;
    this.#paths.set(uri, path);
    return path;
  }
}
