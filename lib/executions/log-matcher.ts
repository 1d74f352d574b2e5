import { AppError } from "#lib/core/app-error.ts";
import { visibleText } from "#lib/core/visible-text.ts";
import { TimedPattern } from "#lib/expression/regex/timed-pattern.ts";

export interface LogSearch {
  text: string;
  isRegex: boolean;
  isCaseSensitive: boolean;
}

export interface LogMatcher {
  /** false: no line of these bytes matches for certain. */
  mayMatch(data: Buffer): boolean;
  /** Indexes of the texts that match, as they are seen: a colour within a word hides nothing. */
  matches(texts: readonly string[]): number[];
}

/** What a block may have between the characters of a word. */
const SEQUENCE_STARTS = ["\u001b[", "\u001b]"];
const MAX_PATTERN = 1000;
/** A regular expression may take this long for one chunk of lines, while nothing else is answered. */
const CHUNK_MS = 500;
/** And this long for a whole log. */
const LOG_MS = 5000;

/** @throws AppError `malformed` for a regular expression that is none, or too long */
export function matcherOf(search: LogSearch): LogMatcher {
  if (search.text.length > MAX_PATTERN) {
    throw new AppError("malformed", `A search has ${MAX_PATTERN} characters at most.`);
  }
  return search.isRegex ? regexMatcher(search) : textMatcher(search);
}

function textMatcher({ text, isCaseSensitive }: LogSearch): LogMatcher {
  const fold = (each: string): string => (isCaseSensitive ? each : each.toLowerCase());
  const wanted = fold(text);
  const bytes = Buffer.from(text);
  return {
    mayMatch: (data) =>
      (isCaseSensitive ? data.includes(bytes) : fold(data.toString()).includes(wanted)) ||
      SEQUENCE_STARTS.some((start) => data.includes(start)),
    matches: (texts) =>
      texts.flatMap((each, index) => (fold(visibleText(each)).includes(wanted) ? [index] : [])),
  };
}

function regexMatcher({ text, isCaseSensitive }: LogSearch): LogMatcher {
  const pattern = timed(text, isCaseSensitive ? "" : "i");
  let spentMs = 0;
  return {
    mayMatch: () => true,
    matches: (texts) => {
      const began = performance.now();
      try {
        const limitMs = Math.max(1, Math.ceil(Math.min(CHUNK_MS, LOG_MS - spentMs)));
        return pattern.find(texts.map(visibleText), limitMs);
      } catch (cause) {
        const what = "The regular expression takes too long on this log.";
        throw new AppError("malformed", `${what} Make it simpler.`, { cause });
      } finally {
        spentMs += performance.now() - began;
      }
    },
  };
}

function timed(text: string, flags: string): TimedPattern {
  try {
    return new TimedPattern(new RegExp(text, flags));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AppError("malformed", `${why}. Correct it, or search for plain text.`);
  }
}
