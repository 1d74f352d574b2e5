import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";

/** The first file of this name in the folders of `searchPath` that may be executed; null if none. */
export async function findProgram(name: string, searchPath: string): Promise<string | null> {
  for (const folder of searchPath.split(":").filter(Boolean)) {
    const path = join(folder, name);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder: the next one.
    }
  }
  return null;
}
