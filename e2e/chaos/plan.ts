/** What is done to a run, once. The first five meet every run of the moment, the others only their own. */
export const FAULTS = [
  "worker-killed",
  "api-server-restarted",
  "containerd-restarted",
  "kubelet-restarted",
  "network-cut",
  "log-rotated",
  "node-drained",
  "pod-deleted",
] as const;
export type Fault = (typeof FAULTS)[number];

/** The moment in a run's life at which its fault comes. */
export const PHASES = [
  "at once",
  "pod is there",
  "runs",
  "prints its last line",
  "has ended",
] as const;
export type Phase = (typeof PHASES)[number];

export interface RunPlan {
  index: number;
  fault: Fault;
  phase: Phase;
  /** After the phase has come. */
  delayMs: number;
  /** The numbered lines that it prints. */
  lines: number;
  lineMs: number;
  /** How the network is cut: connections reset, refused, or silent for a time. */
  cut: "reset" | "refused" | "silent";
  cutMs: number;
}

/** What each line has behind its number, so that a log gets over the 10 MiB at which the kubelet rotates. */
export function paddingOf({ fault }: Pick<RunPlan, "fault">): number {
  return fault === "log-rotated" ? 200 : 0;
}

/** The plans of a chaos: the same seed gives the same, and every fault has its share. */
export function planRuns(seed: number, runs: number): RunPlan[] {
  const random = randomFrom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const oneOf = <T>(all: readonly [T, ...T[]]): T => all[below(all.length)] ?? all[0];
  let order: Fault[] = [];
  return Array.from({ length: runs }, (_, index) => {
    if (order.length === 0) order = FAULTS.toSorted(() => random() - 0.5);
    const fault = order.pop() ?? "worker-killed";
    return {
      index,
      fault,
      phase: oneOf(PHASES),
      delayMs: below(400),
      lines: 20 + below(60),
      lineMs: 20 + below(60),
      cut: oneOf(["reset", "refused", "silent"] as const),
      cutMs: 300 + below(4000),
    };
  });
}

/** A small generator whose numbers depend on the seed alone (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
