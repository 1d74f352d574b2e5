import { join } from "node:path";
import { readSettings } from "#lib/config/env.ts";
import { diskArtifacts } from "./artifact-disk.ts";
import type { ArtifactStore } from "./artifact-store.ts";

// On globalThis, because Next keeps several instances of a module in one process.
const shared = globalThis as typeof globalThis & { podflowArtifacts?: ArtifactStore };

/** The process's artifact store: `artifacts/` in the data folder unless another was opened. */
export function artifacts(): ArtifactStore {
  shared.podflowArtifacts ??= diskArtifacts(join(readSettings().dataFolder, "artifacts"));
  return shared.podflowArtifacts;
}

/** Uses this store from now on. */
export function openArtifacts(store: ArtifactStore): void {
  shared.podflowArtifacts = store;
}
