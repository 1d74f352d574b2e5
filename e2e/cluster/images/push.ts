import type { NamedManifest } from "./build.ts";

/**
 * Tells a registry that has the blobs already which images they make.
 * @param registry host and port
 */
export async function pushManifests(registry: string, manifests: NamedManifest[]): Promise<void> {
  for (const { repository, tag, manifest } of manifests) {
    const response = await fetch(`http://${registry}/v2/${repository}/manifests/${tag}`, {
      method: "PUT",
      headers: { "content-type": "application/vnd.oci.image.manifest.v1+json" },
      body: JSON.stringify(manifest),
    });
    if (!response.ok) {
      const answer = await response.text();
      throw new Error(`The registry refused ${repository}:${tag} (${response.status}): ${answer}`);
    }
  }
}
