import { gapSentence } from "#lib/core/log-gap.ts";
import type { LogSeal } from "#lib/core/log-line.ts";
import type { Lease } from "#lib/store/lease.ts";
import { persist } from "../persist.ts";
import { LogDigest } from "./log-digest.ts";
import type { Progress } from "./progress.ts";

/** What is to be said of the log, now that nothing comes any more. @param sha256 see LogSeal */
export function sealOf(
  progress: Pick<Progress, "lines" | "ownLines" | "bytes" | "ownBytes" | "gaps" | "isJoined">,
  sha256: string,
): LogSeal {
  const { gaps } = progress;
  const sealed = {
    lines: progress.lines - progress.ownLines,
    bytes: progress.bytes - progress.ownBytes,
    sha256,
    ...(progress.isJoined && { isJoined: true as const }),
  };
  if (gaps.length === 0) return { state: "complete", ...sealed };
  return { state: "incomplete", ...sealed, gap: gaps.map(gapSentence).join(" "), gaps };
}

/** The seal of what is stored, for an attempt that nobody drives any more. */
export async function sealStored(
  { lease, signal }: { lease: Lease; signal: AbortSignal },
  progress: Progress,
): Promise<LogSeal> {
  const digest = new LogDigest(lease, progress.lines);
  await persist(signal, () => digest.ready());
  return sealOf(progress, digest.hex());
}
