import type { PhaseMarks } from "#lib/core/execution-view.ts";
import type { RunMarks } from "#lib/runner/contract.ts";

type Phase = keyof PhaseMarks;

/**
 * The moments of an attempt's phases; the first word on each counts. Kubernetes tells whole seconds
 * only: within that second, the moment at which we saw it is nearer to the truth.
 */
export class Marks {
  readonly #known: PhaseMarks;

  constructor(known: PhaseMarks) {
    this.#known = { ...known };
  }

  /** All that are known. */
  get known(): PhaseMarks {
    return { ...this.#known };
  }

  /** Notes a moment of our own. Returns what is new. */
  note(phase: Phase, moment: Date): PhaseMarks {
    if (this.#known[phase] !== undefined) return {};
    this.#known[phase] = moment.toISOString();
    return { [phase]: this.#known[phase] };
  }

  /** Notes what the place says, seen at this moment. Returns what is new. */
  seen({ node: _node, ...marks }: RunMarks, at: Date): PhaseMarks {
    const news: PhaseMarks = {};
    for (const [phase, moment] of Object.entries(marks)) {
      // The phases of a run are a part of those of an attempt.
      if (moment) Object.assign(news, this.note(phase as keyof typeof marks, refined(moment, at)));
    }
    return news;
  }
}

function refined(moment: Date, seenAt: Date): Date {
  if (moment.getMilliseconds() !== 0) return moment;
  const first = moment.getTime();
  return new Date(Math.min(Math.max(seenAt.getTime(), first), first + 999));
}
