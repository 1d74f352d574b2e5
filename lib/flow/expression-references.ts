import type { VariableReference } from "#lib/expression/references.ts";
import { nearest } from "./nearest.ts";

/** What the expressions of a flow can refer to. */
export interface KnownNames {
  inputs: readonly string[];
  variables: readonly string[];
  /** In the order of the flow, with the names of what each leaves as outputs (null: not known). */
  tasks: readonly KnownTask[];
}

export interface KnownTask {
  id: string;
  outputs: readonly string[] | null;
  /** Index in the flow's `tasks`, of itself or of the task around it. */
  position: number;
}

/** A reference to something that is not there. */
export interface ReferenceProblem {
  severity: "error" | "warning";
  code: "unknown-reference" | "later-reference";
  message: string;
  /** Which of the reference's segments is wrong, and what to put there instead. */
  segment: number;
  near: string | null;
}

const ROOTS = [
  ..."inputs outputs vars flow execution task taskrun labels trigger tasks envs globals".split(" "),
  ..."kestra namespace error parent parents workingDir outputDir outputFiles bucketPath".split(" "),
];

/**
 * What is wrong with a reference in the task with this index; null index: in an output of the flow,
 * where all tasks have run; -1: in an input, where none has. null when it is right, or its absence is provided for.
 */
export function referenceProblem(
  reference: VariableReference,
  known: KnownNames,
  taskIndex: number | null,
): ReferenceProblem | null {
  if (reference.isOptional) return null;
  const [root = "", name] = reference.path;
  if (!ROOTS.includes(root)) return unknown(root, 0, "variable", ROOTS);
  if (name === undefined) return null;
  if (root === "inputs") return inputProblem(reference.path.slice(1), known.inputs);
  if (root === "vars") {
    return known.variables.includes(name)
      ? null
      : unknown(name, 1, "variable of the flow", known.variables);
  }
  return root === "outputs" ? outputProblem(reference.path, known, taskIndex) : null;
}

function inputProblem(path: string[], ids: readonly string[]): ReferenceProblem | null {
  const written = path.join(".");
  const isThere = ids.some(
    (id) => written === id || written.startsWith(`${id}.`) || id.startsWith(`${written}.`),
  );
  return isThere ? null : unknown(path[0] ?? "", 1, "input", ids);
}

function outputProblem(
  path: string[],
  known: KnownNames,
  taskIndex: number | null,
): ReferenceProblem | null {
  const [, id = "", output] = path;
  const task = known.tasks.find((one) => one.id === id);
  const end = taskIndex ?? Infinity;
  if (task === undefined) {
    const before = known.tasks.filter(({ position }) => position < end);
    return unknown(
      id,
      1,
      "task",
      before.map((one) => one.id),
    );
  }
  if (task.position >= end) {
    const message =
      task.position === taskIndex
        ? `A task cannot use its own outputs: \`${id}\` has none before it has ended.`
        : `Task \`${id}\` runs later, so it has no outputs here yet. Move it up, or use another task's.`;
    return { severity: "error", code: "later-reference", message, segment: 1, near: null };
  }
  if (output === undefined || task.outputs === null || task.outputs.includes(output)) return null;
  return { ...unknown(output, 2, `output of \`${id}\``, task.outputs), severity: "warning" };
}

function unknown(
  name: string,
  segment: number,
  what: string,
  candidates: readonly string[],
): ReferenceProblem {
  const near = nearest(name, candidates);
  const list = candidates.slice(0, 12).join(", ");
  const known =
    list === "" ? "There is none" : `There are: ${list}${candidates.length > 12 ? ", …" : ""}`;
  const hint = near === null ? `${known}.` : `Did you mean \`${near}\`?`;
  return {
    severity: "error",
    code: "unknown-reference",
    message: `Unable to find \`${name}\`: no ${what} has this name. ${hint}`,
    segment,
    near,
  };
}
