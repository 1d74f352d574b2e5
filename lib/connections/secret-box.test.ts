import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadKey, seal, SealError, unseal } from "./secret-box.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "podflow-key-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const key = randomBytes(32);

test("what is sealed is not readable, and opens again", () => {
  const text = "token: hunter2 Grüße 漢字";
  const sealed = seal(text, "imported:1", key);
  expect(Buffer.from(sealed).includes("hunter2")).toBe(false);
  expect(unseal(sealed, "imported:1", key)).toBe(text);
  expect(seal(text, "imported:1", key)).not.toEqual(sealed);
});

test("another key, another row or a changed byte does not open it", () => {
  const sealed = seal("text", "imported:1", key);
  expect(() => unseal(sealed, "imported:1", randomBytes(32))).toThrow(SealError);
  expect(() => unseal(sealed, "imported:2", key)).toThrow(SealError);
  for (let index = 0; index < sealed.length; index += 1) {
    const changed = Uint8Array.from(sealed);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(() => unseal(changed, "imported:1", key)).toThrow(SealError);
  }
  expect(() => unseal(sealed.slice(0, 10), "imported:1", key)).toThrow(SealError);
});

test("several processes that start at once make one key file, which only we may read", async () => {
  const dataFolder = join(folder, "new");
  const settings = { key: null, dataFolder };
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadKey(settings)));
  expect(new Set(keys.map((one) => one.toString("hex"))).size).toBe(1);
  expect(await readdir(dataFolder)).toEqual(["key"]);
  expect((await stat(join(dataFolder, "key"))).mode & 0o777).toBe(0o600);
});

test("a key file that others may read is closed to them", async () => {
  const path = join(folder, "key");
  await writeFile(path, randomBytes(32).toString("base64"));
  await chmod(path, 0o644);
  await loadKey({ key: null, dataFolder: folder });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("the key of the environment wins, and a bad one is refused by its name", async () => {
  const dataFolder = join(folder, "unused");
  const text = key.toString("base64");
  expect(await loadKey({ key: text, dataFolder })).toEqual(key);
  await expect(loadKey({ key: "short", dataFolder })).rejects.toThrow(/^PODFLOW_KEY is no key/);
});
