import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { runCommand } from "../own/command.ts";

/** A blob in a content-addressed folder: `<folder>/sha256/<hexadecimal digits>`. */
export interface Blob {
  digest: string;
  size: number;
}

/** Packs a folder, all of it owned by root, as an uncompressed layer: unpacked fastest, and its digest is its diff id. */
export async function packLayer(root: string, blobs: string): Promise<Blob> {
  const file = join(blobs, `layer-${process.pid}-${Date.now()}.tar`);
  await mkdir(join(blobs, "sha256"), { recursive: true });
  const same = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"];
  await runCommand("tar", [...same, "-C", root, "-cf", file, "."]);
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  const digits = hash.digest("hex");
  const { size } = await stat(file);
  await rename(file, join(blobs, "sha256", digits));
  return { digest: `sha256:${digits}`, size };
}

/** Stores a JSON document as a blob. */
export async function packJson(value: object, blobs: string): Promise<Blob> {
  const bytes = Buffer.from(JSON.stringify(value));
  const digits = createHash("sha256").update(bytes).digest("hex");
  await writeFile(join(blobs, "sha256", digits), bytes);
  return { digest: `sha256:${digits}`, size: bytes.length };
}

/** Unpacks a Debian package into a root folder, following the links of a merged /usr. */
export async function unpackPackage(file: string, root: string): Promise<void> {
  const script =
    'dpkg-deb --fsys-tarfile "$0" > "$0.tar" && tar -xf "$0.tar" --keep-directory-symlink -C "$1"';
  await runCommand("sh", ["-c", script, file, root]);
}
