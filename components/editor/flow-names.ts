import { parseDocument } from "yaml";

/** What an expression in a flow can name, as far as its source is written. */
export interface FlowNames {
  inputs: { id: string; type: string }[];
  variables: string[];
  labels: string[];
  tasks: { id: string; type: string; outputFiles: string[] }[];
}

export const NO_NAMES: FlowNames = { inputs: [], variables: [], labels: [], tasks: [] };

type Map = Record<string, unknown>;
const isMap = (value: unknown): value is Map =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const maps = (value: unknown): Map[] => (Array.isArray(value) ? value.filter(isMap) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The tasks at any depth: a list of tasks may be under any property of a task. */
function tasksOf(value: unknown, depth = 0): FlowNames["tasks"] {
  if (depth > 8) return [];
  return maps(value).flatMap((task) => {
    const inner = Object.values(task).flatMap((property) => tasksOf(property, depth + 1));
    const id = text(task["id"]);
    if (id === "" || task["type"] === undefined) return inner;
    const files = Array.isArray(task["outputFiles"]) ? task["outputFiles"].map(text) : [];
    return [{ id, type: text(task["type"]), outputFiles: files.filter(Boolean) }, ...inner];
  });
}

/** The names in a source that may be unfinished; nothing where it cannot be read at all. */
export function flowNamesFrom(source: string): FlowNames {
  let root: unknown;
  try {
    root = parseDocument(source, { logLevel: "silent", strict: false, uniqueKeys: false }).toJS({
      maxAliasCount: 50,
    });
  } catch {
    // The validator says what is wrong with it; there is just nothing to suggest.
    return NO_NAMES;
  }
  if (!isMap(root)) return NO_NAMES;
  const { inputs, variables, labels } = root;
  return {
    inputs: maps(inputs).flatMap((input) => {
      const id = text(input["id"] ?? input["name"]);
      return id === "" ? [] : [{ id, type: text(input["type"]) }];
    }),
    variables: isMap(variables) ? Object.keys(variables) : [],
    labels: isMap(labels) ? Object.keys(labels) : maps(labels).map((label) => text(label["key"])),
    tasks: ["tasks", "errors", "finally", "afterExecution"].flatMap((list) => tasksOf(root[list])),
  };
}
