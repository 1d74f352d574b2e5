import type { Problem } from "#lib/core/flow-view.ts";

const WORDS = { error: "error", warning: "warning", info: "hint" } as const;

/** The errors first, then by place. */
export function sortedProblems(problems: readonly Problem[]): Problem[] {
  const rank = { error: 0, warning: 1, info: 2 };
  return problems.toSorted(
    (a, b) =>
      rank[a.severity] - rank[b.severity] ||
      a.range.startLine - b.range.startLine ||
      a.range.startColumn - b.range.startColumn,
  );
}

/** How many of each kind: `2 errors, 1 warning`; `No problems` when there is none. */
export function problemCounts(problems: readonly Problem[]): string {
  const counts = (["error", "warning", "info"] as const).flatMap((severity) => {
    const count = problems.filter((problem) => problem.severity === severity).length;
    return count === 0 ? [] : [`${count} ${WORDS[severity]}${count === 1 ? "" : "s"}`];
  });
  return counts.length === 0 ? "No problems" : counts.join(", ");
}
