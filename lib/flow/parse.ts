import type { Problem } from "#lib/core/flow-view.ts";
import { crossChecks, flowRules } from "./cross-checks.ts";
import type { Flow } from "./flow.ts";
import { knownNames } from "./known-names.ts";
import { listOf } from "./plain-values.ts";
import { readInputDeclarations } from "./read-inputs.ts";
import { readTask } from "./read-task.ts";
import { readYaml } from "./read-yaml.ts";
import { expressionProblems } from "./expressions-check.ts";
import { flowSchema } from "./schema/flow.ts";
import { readBySchema } from "./schema-problems.ts";
import type { TaskCatalogue } from "./task-catalogue.ts";
import { rangeOf, type YamlSource } from "./yaml-source.ts";

export interface FlowReading {
  /** null when there are errors other than "not supported yet". */
  flow: Flow | null;
  /** In the order of the source. */
  problems: Problem[];
}

/**
 * Reads a flow's YAML. Every problem has its line and column, and says what to do; many have a fix.
 * Never throws. The one validator of the editor, of saving and of execution.
 */
export function parseFlow(source: string, catalogue: TaskCatalogue): FlowReading {
  const yaml = readYaml(source);
  if (yaml.source === null || yaml.problems.length > 0)
    return { flow: null, problems: yaml.problems };
  if (typeof yaml.value !== "object" || yaml.value === null || Array.isArray(yaml.value)) {
    return { flow: null, problems: [noFlow(yaml.source)] };
  }
  // A map of the source has text keys only.
  return readFlow(yaml.value as Record<string, unknown>, yaml.source, catalogue);
}

function readFlow(
  value: Record<string, unknown>,
  source: YamlSource,
  catalogue: TaskCatalogue,
): FlowReading {
  const base = readBySchema(flowSchema, value, source, []);
  const inputs = readInputDeclarations(listOf(value["inputs"]), source);
  const tasks = listOf(value["tasks"]).map((task, index) =>
    readTask(task, source, ["tasks", index], catalogue),
  );
  const problems = [
    ...base.problems,
    ...inputs.problems,
    ...tasks.flatMap((task) => task.problems),
    ...crossChecks(value, source),
    ...expressionProblems(source, knownNames(value, catalogue), catalogue),
  ];
  if (base.output === null) return { flow: null, problems: inOrder(problems) };
  const { output } = base;
  const flow: Flow = {
    id: output.id,
    namespace: output.namespace,
    description: output.description ?? "",
    labels: output.labels ?? {},
    inputs: inputs.inputs,
    variables: output.variables ?? {},
    tasks: tasks.flatMap(({ task }) => (task === null ? [] : [task])),
    outputs: (output.outputs ?? []).map((one) => ({
      id: one.id,
      type: one.type ?? null,
      value: one.value,
      description: one.description ?? null,
    })),
    disabled: output.disabled ?? false,
    canRun: !problems.some((problem) => problem.code === "unsupported"),
  };
  problems.push(...flowRules(flow, source));
  const isSound = problems.every((one) => one.severity !== "error" || one.code === "unsupported");
  return { flow: isSound ? flow : null, problems: inOrder(problems) };
}

function noFlow(source: YamlSource): Problem {
  const isEmpty = source.text.trim() === "";
  return {
    severity: "error",
    code: "missing-property",
    message: isEmpty
      ? "The flow is empty. Begin with `id:`, `namespace:` and `tasks:`."
      : "This is no flow. A flow is a map that begins with `id:`, `namespace:` and `tasks:`.",
    path: "",
    range: rangeOf(source, 0, isEmpty ? 0 : Math.max(source.text.indexOf("\n"), 1)),
  };
}

function inOrder(problems: Problem[]): Problem[] {
  return problems.toSorted(
    (left, right) =>
      left.range.startLine - right.range.startLine ||
      left.range.startColumn - right.range.startColumn,
  );
}
