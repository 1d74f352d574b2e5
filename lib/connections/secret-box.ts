import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from "node:crypto";
import { chmod, link, mkdir, readFile, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Settings } from "#lib/config/env.ts";

/** AES-256-GCM; layout: version (1 byte), nonce (12), tag (16), encrypted bytes. */
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** A sealed value cannot be opened: another key, another owner, or damaged bytes. */
export class SealError extends Error {
  override readonly name = "SealError";
}

/** Encrypts the text. `owner` (a row's id) is bound in: moved to another row it does not open. */
export function seal(text: string, owner: string, key: Buffer): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(owner));
  const bytes = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Uint8Array.from(
    Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), bytes]),
  );
}

/** @throws SealError */
export function unseal(sealed: Uint8Array, owner: string, key: Buffer): string {
  const bytes = Buffer.from(sealed);
  const head = 1 + NONCE_BYTES + TAG_BYTES;
  if (bytes.length < head || bytes[0] !== VERSION) throw new SealError("not a sealed value");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(1, 1 + NONCE_BYTES));
  decipher.setAAD(Buffer.from(owner));
  decipher.setAuthTag(bytes.subarray(1 + NONCE_BYTES, head));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(head)), decipher.final()]).toString();
  } catch (cause) {
    throw new SealError("the key is another one, or the bytes are damaged", { cause });
  }
}

/**
 * The installation's key: PODFLOW_KEY, or the file `key` of the data folder, which the first process
 * that needs it makes (mode 0600).
 * @throws Error that says what is wrong with the key
 */
export async function loadKey(settings: Pick<Settings, "key" | "dataFolder">): Promise<Buffer> {
  if (settings.key !== null) return keyFrom(settings.key, "PODFLOW_KEY");
  const path = join(settings.dataFolder, "key");
  const text = (await readKeyFile(path)) ?? (await makeKeyFile(settings.dataFolder, path));
  return keyFrom(text, path);
}

function keyFrom(text: string, where: string): Buffer {
  const key = Buffer.from(text.trim(), "base64");
  if (key.length === KEY_BYTES) return key;
  throw new Error(
    `${where} is no key: it must be ${KEY_BYTES} bytes in base64 and has ${key.length}. Restore it from your backup; a new one (openssl rand -base64 ${KEY_BYTES}) cannot open what the old one sealed.`,
  );
}

async function readKeyFile(path: string): Promise<string | null> {
  try {
    const text = await readFile(path, "utf8");
    if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600);
    return text;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Whole or not at all, and only the first of several processes makes it. */
async function makeKeyFile(folder: string, path: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `.key.${randomUUID()}`);
  const text = `${randomBytes(KEY_BYTES).toString("base64")}\n`;
  await writeFile(draft, text, { mode: 0o600, flag: "wx" });
  try {
    await link(draft, path);
    return text;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    return await readFile(path, "utf8");
  } finally {
    await unlink(draft);
  }
}
