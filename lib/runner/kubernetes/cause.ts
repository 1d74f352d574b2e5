import type { EndingKind, RunWaiting } from "../contract.ts";

/** A row of the truth table: what Kubernetes says, and what we make of it (docs/failures.md). */
export interface Cause {
  /** Names the row in tests. */
  id: string;
  /** Where Kubernetes says so: file or constant of its Go source, or what else says it. */
  source: string;
  kind: RunWaiting["kind"];
  /** Whose fault it is: `user` counts against the task's `retry`, `platform` against its own budget. */
  fault: "user" | "platform";
  /** Whether the user's code may have begun; `status`: what the status of its container says. */
  began: "no" | "status";
  /** Our sentence; names in braces are filled in. */
  says: string;
  /** What to do now; names in braces are filled in. */
  remedy: string;
}

/** A row by which an attempt ends. */
export interface EndCause extends Cause {
  kind: EndingKind;
}

/** A row by which a pod waits. */
export interface WaitCause extends Cause {
  kind: EndingKind;
  began: "no";
  /** After how long this reason ends the attempt; null: it may heal, until the limit of all waiting. */
  graceSeconds: number | null;
}

/** What the braces of a row's texts stand for. */
export type Words = Record<string, string>;

export function filled(text: string, words: Words): string {
  return text.replaceAll(/\{(\w+)\}/g, (_braces, name: string) => words[name] ?? "?");
}

/** The named groups of the first match; null without one. */
export function wordsIn(text: string, pattern: RegExp): Words | null {
  const found = pattern.exec(text);
  if (!found) return null;
  const groups = Object.entries(found.groups ?? {});
  return Object.fromEntries(groups.filter(([, word]) => word !== undefined));
}

/** The cluster's own words, no longer than is worth keeping. */
export function evidenceFrom(...parts: (string | undefined | null | false)[]): string {
  return parts.filter(Boolean).join(": ").slice(0, 4000);
}
