/** A pattern as instructions; targets are indexes of the program. */
export type GlobProgram = (
  | { kind: "character"; matches: (character: string) => boolean }
  | { kind: "choice"; targets: number[] }
  | { kind: "jump"; target: number }
  | { kind: "end" }
)[];

/**
 * Whether the whole text matches. All ways through the program are followed at once, so that no
 * pattern takes longer than its length times that of the text.
 */
export function runGlob(program: GlobProgram, text: string): boolean {
  return placesAfter(program, text).some((at) => program[at]?.kind === "end");
}

/** Whether some longer text that begins with this one matches. */
export function canGoOn(program: GlobProgram, begin: string): boolean {
  return placesAfter(program, begin).some((at) => program[at]?.kind === "character");
}

function placesAfter(program: GlobProgram, text: string): number[] {
  let current = reachable(program, [0]);
  for (const character of text) {
    const next: number[] = [];
    for (const at of current) {
      const step = program[at];
      if (step?.kind === "character" && step.matches(character)) next.push(at + 1);
    }
    if (next.length === 0) return [];
    current = reachable(program, next);
  }
  return [...current];
}

function reachable(program: GlobProgram, from: number[]): Set<number> {
  const seen = new Set<number>();
  const open = [...from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const step = program[at];
    if (step?.kind === "choice") open.push(...step.targets);
    if (step?.kind === "jump") open.push(step.target);
  }
  return seen;
}
