import type { Problem } from "#lib/core/flow-view.ts";
import type { Flow } from "./flow.ts";
import { nearest } from "./nearest.ts";
import { listOf, textAt } from "./plain-values.ts";
import {
  keyRange,
  nodeAt,
  pathText,
  type SourcePath,
  valueRange,
  type YamlSource,
} from "./yaml-source.ts";

/** The rules of LANGUAGE.md 3.1 that look at several places at once. */
export function crossChecks(value: Record<string, unknown>, source: YamlSource): Problem[] {
  return [
    ...duplicates(value["tasks"], "tasks", "Duplicate task id with name", source),
    ...duplicates(value["inputs"], "inputs", "Duplicate input with name", source),
    ...duplicates(value["outputs"], "outputs", "Duplicate output with name", source),
  ];
}

function duplicates(value: unknown, key: string, message: string, source: YamlSource): Problem[] {
  const list = listOf(value);
  const first = new Map<string, number>();
  return list.flatMap((item: unknown, index): Problem[] => {
    const id = textAt(item, "id");
    if (id === "") return [];
    const earlier = first.get(id);
    if (earlier === undefined) {
      first.set(id, index);
      return [];
    }
    const path = [key, index, "id"];
    const range = valueRange(source, path);
    const line = valueRange(source, [key, earlier, "id"]).startLine;
    const free = freeName(id, list);
    return [
      {
        severity: "error",
        code: "duplicate-id",
        message: `${message} [${id}]: it is on line ${line} already. Rename one of them.`,
        path: pathText(path),
        range,
        fix: { title: `Rename to ${free}`, edits: [{ range, text: free }] },
      },
    ];
  });
}

function freeName(id: string, list: unknown[]): string {
  const taken = new Set(list.map((item) => textAt(item, "id")));
  for (let count = 2; ; count += 1) {
    if (!taken.has(`${id}_${count}`)) return `${id}_${count}`;
  }
}

/** Inputs that depend on inputs, and labels that are not the user's to set. */
export function flowRules(flow: Pick<Flow, "inputs" | "labels">, source: YamlSource): Problem[] {
  return [
    ...dependencyProblems(flow, source),
    ...nestedInputs(flow, source),
    ...systemLabels(flow, source),
  ];
}

/** `a` cannot be a value and have `a.b` inside of it. */
function nestedInputs(flow: Pick<Flow, "inputs">, source: YamlSource): Problem[] {
  return flow.inputs.flatMap(({ id }): Problem[] => {
    const outer = flow.inputs.find((other) => id.startsWith(`${other.id}.`));
    if (outer === undefined) return [];
    const message = `\`${id}\` would be inside of \`${outer.id}\`, which is an input itself. Rename one of them.`;
    return [problem(source, [...pathOfInput(source, id), "id"], message)];
  });
}

function dependencyProblems(flow: Pick<Flow, "inputs">, source: YamlSource): Problem[] {
  const byId = new Map(flow.inputs.map((input) => [input.id, input]));
  const reaches = (from: string, target: string, seen: Set<string>): boolean =>
    (byId.get(from)?.dependsOn?.inputs ?? []).some((next) => {
      if (next === target) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, target, seen);
    });
  return flow.inputs.flatMap((input): Problem[] => {
    if (input.dependsOn === null) return [];
    const path = pathOfInput(source, input.id);
    const unknown = input.dependsOn.inputs.flatMap((id, index): Problem[] => {
      if (byId.has(id)) return [];
      const near = nearest(id, byId.keys());
      const hint = near === null ? "Declare it, or remove it here." : `Did you mean \`${near}\`?`;
      return [
        problem(
          source,
          [...path, "dependsOn", "inputs", index],
          `Input with id '${input.id}' depends on a non-existent input '${id}'. ${hint}`,
        ),
      ];
    });
    if (!reaches(input.id, input.id, new Set())) return unknown;
    const message = `Cycle dependency detected for input with id '${input.id}'. Let one of the inputs depend on nothing.`;
    return [...unknown, problem(source, [...path, "dependsOn"], message)];
  });
}

function pathOfInput(source: YamlSource, id: string): SourcePath {
  for (let index = 0; nodeAt(source, ["inputs", index]) !== null; index += 1) {
    const node =
      nodeAt(source, ["inputs", index, "id"]) ?? nodeAt(source, ["inputs", index, "name"]);
    if (String(node) === id) return ["inputs", index];
  }
  return ["inputs"];
}

function systemLabels(flow: Pick<Flow, "labels">, source: YamlSource): Problem[] {
  return Object.entries(flow.labels).flatMap(([key, value]) =>
    key.startsWith("system.") && key !== "system.readOnly"
      ? [
          {
            ...problem(
              source,
              ["labels", key],
              `System labels can only be set by Podflow itself, offending label: ${key}=${value}. Use another name.`,
            ),
            range: keyRange(source, ["labels", key]),
          },
        ]
      : [],
  );
}

function problem(source: YamlSource, path: SourcePath, message: string): Problem {
  return {
    severity: "error",
    code: "invalid-value",
    message,
    path: pathText(path),
    range: valueRange(source, path),
  };
}
