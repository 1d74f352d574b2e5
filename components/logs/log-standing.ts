import { bytesText } from "#components/ui/bytes-text.ts";
import type { Tone } from "#components/ui/state-tone.ts";
import { gapSentence } from "#lib/core/log-gap.ts";
import type { LogSeal } from "#lib/core/log-line.ts";

export interface LogStanding {
  tone: Tone;
  /** One word: whether more will come, nothing is missing, or something is. */
  word: string;
  text: string;
  /** What can be looked up of the sealed log. */
  facts: LogFacts;
}

export interface LogFacts {
  /** Of the one attempt that is shown; null for several, and while there is none. */
  sha256: string | null;
  /** Gaps that the text has no room for. */
  gaps: readonly string[];
  /** Whether lines of stdout and stderr look the same. */
  isJoined: boolean;
}

/** More gaps than this are counted in the text, and listed only in the facts. */
const MAX_GAPS_IN_TEXT = 2;

const countText = (lines: number) =>
  `${lines.toLocaleString("en")} ${lines === 1 ? "line" : "lines"}`;

/**
 * What the log's foot says, from the seals of every attempt whose lines are shown. An execution that
 * is live may add attempts: its log is never called complete.
 */
export function logStanding(options: StandingOptions): LogStanding {
  return { ...standingOf(options), facts: factsOf(options.seals) };
}

interface StandingOptions {
  seals: readonly LogSeal[];
  isLive: boolean;
  /** Whether what is printed now arrives here. */
  isConnected: boolean;
  isFollowing: boolean;
  /** Lines that match the filter; null while it is not known. */
  shown: number | null;
  isFiltered: boolean;
}

function factsOf(seals: readonly LogSeal[]): LogFacts {
  const [first, ...others] = seals.filter((seal) => seal.state !== "live");
  const gaps = gapsOf(seals);
  return {
    sha256: others.length === 0 ? (first?.sha256 ?? null) : null,
    gaps: gaps.length > MAX_GAPS_IN_TEXT ? gaps : [],
    isJoined: seals.some((seal) => seal.state !== "live" && seal.isJoined === true),
  };
}

function gapsOf(seals: readonly LogSeal[]): string[] {
  return seals.flatMap((seal) =>
    seal.state === "incomplete" ? (seal.gaps?.map(gapSentence) ?? [seal.gap]) : [],
  );
}

function standingOf(options: StandingOptions): Omit<LogStanding, "facts"> {
  const { seals, shown } = options;
  const sealed = seals.filter((seal) => seal.state !== "live");
  const gaps = gapsOf(seals);
  const lines = sealed.reduce((sum, seal) => sum + seal.lines, 0);
  const bytes = sealed.reduce((sum, seal) => sum + seal.bytes, 0);
  const match = options.isFiltered && shown !== null ? `${countText(shown)} shown of ` : "";
  if (gaps.length > 0) {
    const counts = `${match}${countText(lines)}, ${bytesText(bytes)}`;
    const told =
      gaps.length > MAX_GAPS_IN_TEXT
        ? `lines are missing, or may be, in ${gaps.length} places`
        : gaps.join("; ");
    return { tone: "warning", word: "Incomplete", text: `${counts}; ${told}` };
  }
  if (options.isLive) {
    const count = shown === null || shown === 0 ? "" : `${countText(shown)}, `;
    if (!options.isConnected) {
      const text = `${count}what was printed meanwhile follows once Podflow answers`;
      return { tone: "warning", word: "Not connected", text };
    }
    return {
      tone: "running",
      word: "Live",
      text: `${count}${options.isFollowing ? "following" : "not following"}`,
    };
  }
  if (sealed.length < seals.length) {
    const counts = shown === null ? "" : `${countText(shown)} so far; `;
    return { tone: "warning", word: "Not sealed", text: `${counts}the end is being stored` };
  }
  if (seals.length === 0) return { tone: "idle", word: "Empty", text: "nothing ran" };
  return {
    tone: "success",
    word: "Complete",
    text: `${match}${countText(lines)}, ${bytesText(bytes)}, nothing missing`,
  };
}
