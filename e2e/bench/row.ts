/** One measured promise. */
export interface Row {
  name: string;
  value: number;
  unit: string;
  /** The same thing without us, in the same run; null where there is none. */
  floor: number | null;
  /** value ÷ floor; null without a floor. */
  ratio: number | null;
  goal: string;
  isMet: boolean;
}

export function median(numbers: number[]): number {
  return quantile(numbers, 0.5);
}

/** The value below which this share of the numbers lies; NaN of none. */
export function quantile(numbers: number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A row that is judged by its ratio to the floor. */
export function ratioRow(
  name: string,
  unit: string,
  { value, floor, atMost }: { value: number; floor: number; atMost: number },
): Row {
  const ratio = value / floor;
  return { name, value, unit, floor, ratio, goal: `≤ ${atMost} × floor`, isMet: ratio <= atMost };
}

/** A row that is judged by itself; a floor is shown beside it. */
export function plainRow(
  name: string,
  unit: string,
  { value, atMost, floor = null }: { value: number; atMost: number; floor?: number | null },
): Row {
  const goal = `≤ ${atMost} ${unit}`;
  return { name, value, unit, floor, ratio: ratioOf(value, floor), goal, isMet: value <= atMost };
}

/** A row of which more is better. */
export function atLeastRow(
  name: string,
  unit: string,
  { value, atLeast, floor = null }: { value: number; atLeast: number; floor?: number | null },
): Row {
  const goal = `≥ ${atLeast} ${unit}`;
  return { name, value, unit, floor, ratio: ratioOf(value, floor), goal, isMet: value >= atLeast };
}

/** A figure that is told and not judged. */
export function toldRow(name: string, value: number, unit: string): Row {
  return { name, value, unit, floor: null, ratio: null, goal: "", isMet: true };
}

/** What could not be measured is not met. */
export function brokenRow(name: string, error: unknown): Row {
  const goal = error instanceof Error ? error.message.slice(0, 300) : String(error);
  return { name, value: Number.NaN, unit: "", floor: null, ratio: null, goal, isMet: false };
}

function ratioOf(value: number, floor: number | null): number | null {
  return floor === null ? null : value / floor;
}

/** The rows as a table for a terminal. */
export function tableOf(rows: Row[]): string {
  const cells = rows.map((row) => [
    row.isMet ? "ok" : "MISSED",
    row.name,
    `${round(row.value)} ${row.unit}`,
    row.floor === null ? "" : `${round(row.floor)} ${row.unit}`,
    row.ratio === null ? "" : row.ratio.toFixed(2),
    row.goal,
  ]);
  const all = [["", "measure", "value", "floor", "ratio", "goal"], ...cells];
  const widths = [0, 1, 2, 3, 4, 5].map((column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
