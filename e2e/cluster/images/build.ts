import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exclusively } from "../own/lock.ts";
import { refreshPackageLists } from "../own/packages.ts";
import { cacheFolder, shortHash } from "../own/paths.ts";
import { useFolder } from "../own/prune.ts";
import { type Blob, packJson, packLayer } from "./layer.ts";
import { IMAGES, type ImageRecipe, type LayerRecipe, LAYERS } from "./recipes.ts";

const CPU = process.arch === "x64" ? "amd64" : process.arch;
const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const TYPE = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
};

/** What an image is made by: a change to one of them makes the images anew. */
const SOURCES = [
  "recipes.ts",
  "busybox.ts",
  "debian.ts",
  "build.ts",
  "layer.ts",
  "pause.c",
  "copy.c",
  "sleep.c",
];

/** What a registry must be told besides the blobs: this manifest under this repository and tag. */
export interface NamedManifest {
  repository: string;
  tag: string;
  manifest: object;
}

export interface ImageFolder {
  /** Content-addressed: `<blobs>/sha256/<digits>`. */
  blobs: string;
  manifests: NamedManifest[];
}

/**
 * Makes the test images from packages of the machine's own distribution, once per recipe: no
 * Docker, no registry on the network. Takes about a minute, and milliseconds when already done.
 */
export async function buildImages(log: (line: string) => void): Promise<ImageFolder> {
  const sources = await Promise.all(
    SOURCES.map((name) => readFile(join(import.meta.dirname, name), "utf8")),
  );
  const version = shortHash(...sources, process.version);
  const folder = join(cacheFolder(), `images-${version}`);
  if (!existsSync(folder)) {
    await exclusively(`podflow-images-${shortHash(folder)}`, async () => {
      if (!existsSync(folder)) await buildInto(folder, log);
    });
  }
  await useFolder(folder);
  // The file was written by buildInto, whose list has this type.
  const manifests = JSON.parse(
    await readFile(join(folder, "manifests.json"), "utf8"),
  ) as NamedManifest[];
  return { blobs: join(folder, "blobs"), manifests };
}

async function buildInto(folder: string, log: (line: string) => void): Promise<void> {
  const work = await mkdtemp(`${folder}.making-`);
  const blobs = join(work, "blobs");
  await mkdir(blobs);
  try {
    await refreshPackageLists();
    const layers = new Map<string, Blob>();
    for (const [name, recipe] of Object.entries(LAYERS)) {
      log(`Making the image layer ${name}`);
      layers.set(name, await buildLayer(recipe, blobs));
    }
    const manifests: NamedManifest[] = [];
    for (const image of IMAGES) {
      const parts = image.layers.flatMap((name) => layers.get(name) ?? []);
      const manifest = await writeImage(image, parts, blobs);
      for (const name of image.names) {
        const [repository = "", tag = "latest"] = name.split(":");
        manifests.push({ repository, tag, manifest });
      }
    }
    await writeFile(join(work, "manifests.json"), JSON.stringify(manifests, null, 2));
    await rename(work, folder);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
}

async function buildLayer(fill: LayerRecipe, blobs: string): Promise<Blob> {
  const root = await mkdtemp(join(tmpdir(), "podflow-layer-"));
  try {
    await chmod(root, 0o755);
    await fill(root);
    return await packLayer(root, blobs);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function writeImage(image: ImageRecipe, layers: Blob[], blobs: string): Promise<object> {
  const config = { ...image.config, Env: [PATH, ...(image.config.Env ?? [])] };
  const rootfs = { type: "layers", diff_ids: layers.map((layer) => layer.digest) };
  const stored = await packJson({ architecture: CPU, os: "linux", config, rootfs }, blobs);
  return {
    schemaVersion: 2,
    mediaType: TYPE.manifest,
    config: { mediaType: TYPE.config, ...stored },
    layers: layers.map((layer) => ({ mediaType: TYPE.layer, ...layer })),
  };
}
