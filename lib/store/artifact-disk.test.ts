import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diskArtifacts } from "./artifact-disk.ts";
import type { ArtifactStore } from "./artifact-store.ts";

let folder: string;
let artifacts: ArtifactStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "podflow-artifacts-"));
  artifacts = diskArtifacts(folder);
});
afterAll(() => rm(folder, { recursive: true }));

async function* of(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
const parts = (): Promise<string[]> => readdir(join(folder, "part"));

describe("files on disk", () => {
  it("come back byte for byte, with size and checksum", async () => {
    const bytes = randomBytes(300_000);
    const stored = await artifacts.put(of(bytes.subarray(0, 7), bytes.subarray(7)), 1e9);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect(stored).toMatchObject({ size: 300_000, sha256 });
    expect(await buffer(artifacts.open(stored.key))).toEqual(bytes);
    expect(await buffer(artifacts.open(stored.key, { first: 5, last: 9 }))).toEqual(
      bytes.subarray(5, 10),
    );
  });

  it("are nobody else's to read", async () => {
    const { key } = await artifacts.put(of(randomBytes(1)), 1e9);
    const path = join(folder, key.slice(-2));
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(join(path, key))).mode & 0o777).toBe(0o600);
  });

  it("leave nothing when the body breaks off or is too large", async () => {
    async function* cut(): AsyncGenerator<Uint8Array> {
      yield randomBytes(10);
      throw new Error("the browser went away");
    }
    await expect(artifacts.put(cut(), 1e9)).rejects.toThrow("the browser went away");
    await expect(artifacts.put(of(randomBytes(11)), 10)).rejects.toMatchObject({
      reason: "too-large",
    });
    expect(await parts()).toEqual([]);
  });

  it("are forgotten once deleted, and deleting twice is fine", async () => {
    const { key } = await artifacts.put(of(Buffer.from("x")), 10);
    await artifacts.delete(key);
    await artifacts.delete(key);
    await expect(buffer(artifacts.open(key))).rejects.toThrow("ENOENT");
  });

  it("are listed by age", async () => {
    const { key } = await artifacts.put(of(Buffer.from("x")), 10);
    const keys = await Array.fromAsync(artifacts.keysBefore(new Date(Date.now() + 1000)));
    expect(keys).toContain(key);
    const old = await Array.fromAsync(artifacts.keysBefore(new Date(Date.now() - 60_000)));
    expect(old).not.toContain(key);
  });

  it("have no key that leaves the folder", () => {
    expect(() => artifacts.open("../secret")).toThrow("no key");
  });

  it("say so when the disk is full", async () => {
    async function* full(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("x");
      throw Object.assign(new Error("write ENOSPC"), { code: "ENOSPC" });
    }
    await expect(artifacts.put(full(), 10)).rejects.toMatchObject({
      reason: "full",
      message: expect.stringContaining("is full"),
    });
  });
});
