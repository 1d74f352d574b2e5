import { createHash } from "node:crypto";
import type { RunIdentity } from "../contract.ts";

const MAX_NAME = 63;
const SUFFIX = 5;
const DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";

/**
 * The pod's name, as Kestra makes it from namespace, flow and task, but with an end that follows
 * from the attempt, so that the same attempt always has the same name.
 */
export function podName(identity: RunIdentity, attemptId: string): string {
  const slug = slugOf(`${identity.namespace}-${identity.flowId}-${identity.taskId}`)
    .slice(0, MAX_NAME - SUFFIX - 1)
    .replace(/-+$/, "");
  return [slug, suffixOf(attemptId)].filter(Boolean).join("-");
}

/** Kestra's Slugify: accents go, dots vanish, `_` and spaces become `-`. */
function slugOf(text: string): string {
  return text
    .replace(/\s/g, "-")
    .normalize("NFD")
    .replace(/[^\w-]/g, "")
    .replaceAll("_", "-")
    .replace(/-{2,}/g, "-")
    .replace(/^-+|-+$/g, "")
    .toLowerCase();
}

/** The end of the name, which follows from the attempt alone. */
export function suffixOf(attemptId: string): string {
  const hash = createHash("sha256").update(attemptId).digest();
  let suffix = "";
  for (const byte of hash.subarray(0, SUFFIX)) suffix += DIGITS.charAt(byte % DIGITS.length);
  return suffix;
}

/** A text as a label's value: at most 63 characters, letters, digits and `-._` between them. */
export function labelValue(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, MAX_NAME)
    .replace(/[^A-Za-z0-9]+$/, "");
}
