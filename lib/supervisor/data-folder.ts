import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** Makes the data folder and what all processes expect in it, for nobody else to read. */
export function makeDataFolder(dataFolder: string): void {
  const ours = ["run", "log", "artifacts"];
  for (const name of ["", ...ours]) mkdirSync(join(dataFolder, name), { recursive: true });
  // PostgreSQL as root is another user, who must get through; what is inside has modes of its own.
  chmodSync(dataFolder, process.getuid?.() === 0 ? 0o711 : 0o700);
  for (const name of ours) chmodSync(join(dataFolder, name), 0o700);
}
