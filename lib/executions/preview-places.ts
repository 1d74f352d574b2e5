import type { SourceRange } from "#lib/core/flow-view.ts";
import type { PreviewFinding } from "#lib/core/preview-view.ts";
import { nearestPlace, writtenPlace } from "#lib/tasks/script/written-place.ts";
import type { PlannedFile, TaskFailure } from "#lib/tasks/task-type.ts";
import type { StandIn } from "./preview-context.ts";
import type { UnknownLogin } from "./preview-logins.ts";

/** A finding as a runner has it. */
type RunnerFinding = Omit<PreviewFinding, "range"> & {
  place: readonly (string | number)[] | null;
};

const WORST_FIRST: readonly PreviewFinding["severity"][] = [
  "error",
  "warning",
  "not-checked",
  "info",
];

/** Gives the findings about one task the lines of the flow that they are about. */
export class PreviewPlaces {
  readonly #source: string;
  /** Of the task. */
  readonly #index: number;
  readonly #properties: Record<string, unknown>;

  constructor(source: string, index: number, properties: Record<string, unknown>) {
    this.#source = source;
    this.#index = index;
    this.#properties = properties;
  }

  ofRunner({ place, ...finding }: RunnerFinding): PreviewFinding {
    const own = place === null ? null : writtenPlace(this.#source, this.#index, place);
    // What the task does not say is missing from its runner.
    const isOfPod = finding.field !== "";
    return { ...finding, range: own ?? (isOfPod ? this.#at(["taskRunner"], ["id"]) : null) };
  }

  ofFailure({ failure, path }: TaskFailure): PreviewFinding {
    const { message, remedy, evidence } = failure;
    const range = this.#at(...(path ? [path] : []), ["id"]);
    return { severity: "error", check: failure.kind, message, remedy, evidence, field: "", range };
  }

  /** A file that only a run has; how large it is decides how it is brought. */
  ofStoredFile({ path, content }: PlannedFile): PreviewFinding[] {
    if (content.kind === "text") return [];
    return [
      {
        severity: "info",
        check: "files",
        message: `The file \`${path}\` is taken as a small one: a large one is brought by the helper after the pod was made, which takes the right to \`pods/exec\`.`,
        remedy: "",
        evidence: content.uri,
        field: "",
        range: this.#at(["inputFiles", path], ["inputFiles"], ["id"]),
      },
    ];
  }

  /** At the first line of what is not known of it. */
  ofUnknownLogin({ paths, ...finding }: UnknownLogin): PreviewFinding {
    const ranges = paths.flatMap((path) => this.#at(path.split(".")) ?? []);
    const [first = null] = ranges.toSorted((one, other) => one.startLine - other.startLine);
    return { ...finding, severity: "not-checked", field: "", range: first };
  }

  /**
   * The findings, with what stands in for something else. What was found of a stand-in says nothing,
   * and is left out.
   */
  withStandIns(findings: PreviewFinding[], standIns: readonly StandIn[]): PreviewFinding[] {
    const ofStandIns = standIns.map((one) => this.#standIn(one));
    const places = new Set(ofStandIns.flatMap(({ range }) => (range ? [placeKey(range)] : [])));
    const isOfStandIn = ({ range }: PreviewFinding) =>
      range !== null && places.has(placeKey(range));
    const kept = findings.filter((one) => !isOfStandIn(one));
    const refused = findings.find(
      (one) => isOfStandIn(one) && one.check === "manifest" && one.severity === "error",
    );
    if (refused) kept.push(notTried(refused));
    return [...kept, ...ofStandIns].toSorted(
      (one, other) =>
        WORST_FIRST.indexOf(one.severity) - WORST_FIRST.indexOf(other.severity) ||
        (one.range?.startLine ?? 0) - (other.range?.startLine ?? 0),
    );
  }

  #standIn({ path, text, cause, why, shown }: StandIn): PreviewFinding {
    const instead =
      shown === ""
        ? "the manifest shows what holds without it"
        : shown === text
          ? "the manifest shows it as it is written"
          : `\`${shown}\` stands for it in the manifest`;
    const newer = path.replace(/\.(request|limit)\./, ".$1s.");
    const paths = [path, newer].map((one) => pathIn({ timeout: "", ...this.#properties }, one));
    const what =
      cause === "secret"
        ? "has a secret, which a preview does not look up"
        : "has its value when the flow runs";
    return {
      severity: "info",
      check: "expression",
      message: `\`${path}\` ${what}; ${instead}.`,
      remedy: "",
      evidence: why,
      field: "",
      // `config` may be written as `connection`.
      range: this.#at(...paths, path.split(".")),
    };
  }

  #at(...paths: (readonly (string | number)[])[]): SourceRange | null {
    return nearestPlace(this.#source, this.#index, paths);
  }
}

/** The server looks no further than a stand-in that it does not take. */
function notTried({ range, evidence, field }: PreviewFinding): PreviewFinding {
  return {
    severity: "not-checked",
    check: "admission",
    message:
      "What the cluster's rules say of the pod was not checked: its value here is not known before the flow runs, and nothing can stand in for it.",
    remedy: "",
    evidence,
    field,
    range,
  };
}

function placeKey({ startLine, startColumn }: SourceRange): string {
  return `${startLine}:${startColumn}`;
}

/** `a.b[0]` as `a`, `b`, 0, as far as there is such a thing; keys may have dots themselves. */
function pathIn(value: unknown, text: string): (string | number)[] {
  const [, index, below = ""] = /^\[(\d+)\](.*)$/s.exec(text) ?? [];
  if (Array.isArray(value) && index !== undefined) {
    const items: unknown[] = value;
    return [Number(index), ...pathIn(items[Number(index)], below)];
  }
  if (typeof value !== "object" || value === null) return [];
  const rest = text.replace(/^\./, "");
  const isHere = (key: string) => rest.startsWith(key) && /^([.[]|$)/.test(rest.slice(key.length));
  const [found] = Object.entries(value)
    .filter(([key]) => isHere(key))
    .toSorted(([one], [other]) => other.length - one.length);
  return found === undefined ? [] : [found[0], ...pathIn(found[1], rest.slice(found[0].length))];
}
