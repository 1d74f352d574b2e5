import type { FlowNames } from "./flow-names.ts";

/** A function or filter of the expression language, as the editor offers and explains it. */
export interface CatalogueEntry {
  name: string;
  /** How it is written, e.g. `date(format, timeZone)`. */
  signature: string;
  /** Markdown. */
  description: string;
}

export interface ExpressionCatalogue {
  functions: CatalogueEntry[];
  filters: CatalogueEntry[];
}

export interface Suggestion {
  label: string;
  /** Text that takes the place of the last `replaced` characters before the cursor. */
  insert: string;
  replaced: number;
  kind: "name" | "function" | "filter" | "file";
  detail: string;
  documentation: string;
}

const LOOK_BACK = 4000;

/** The expression that is being written where the text ends; null outside of `{{ }}` and `{% %}`. */
export function openExpression(before: string): string | null {
  const tail = before.slice(-LOOK_BACK);
  const start = Math.max(tail.lastIndexOf("{{"), tail.lastIndexOf("{%"));
  if (start === -1) return null;
  const inside = tail.slice(start + 2);
  return inside.includes("}}") || inside.includes("%}") ? null : inside;
}

const ROOTS: readonly [name: string, description: string][] = [
  ["inputs", "The inputs of this execution"],
  ["outputs", "What earlier tasks gave"],
  ["vars", "The flow's variables"],
  ["flow", "This flow"],
  ["execution", "This execution"],
  ["task", "This task"],
  ["taskrun", "This run of the task"],
  ["labels", "The execution's labels"],
  ["envs", "Environment variables of the server that begin with ENV_"],
];

const MEMBERS: Record<string, readonly string[]> = {
  flow: ["id", "namespace", "revision", "tenantId"],
  execution: ["id", "startDate", "originalId", "state", "url"],
  task: ["id", "type"],
  taskrun: ["id", "startDate", "attemptsCount", "parentId", "value", "iteration"],
};

/** What a task gives, by the end of its type; script tasks give the last. */
function outputsOf(type: string): readonly string[] {
  if (type.endsWith(".Return")) return ["value"];
  if (/\.(Log|Fail|Sleep)$/.test(type)) return [];
  return ["vars", "outputFiles", "exitCode"];
}

const member = (label: string, replaced: number, detail = ""): Suggestion => ({
  label,
  insert: label,
  replaced,
  kind: "name",
  detail,
  documentation: "",
});

/** The next parts of ids with dots, which nest: after `inputs.a.` of `a.b` comes `b`. */
function inputMembers(names: FlowNames, path: readonly string[], replaced: number): Suggestion[] {
  const prefix = path.map((part) => `${part}.`).join("");
  const next = new Map<string, string>();
  for (const { id, type } of names.inputs) {
    if (!id.startsWith(prefix)) continue;
    const rest = id.slice(prefix.length);
    const [part = ""] = rest.split(".");
    next.set(part, part === rest ? type : "nested");
  }
  return [...next].map(([part, type]) => member(part, replaced, type));
}

function outputMembers(names: FlowNames, path: readonly string[], replaced: number): Suggestion[] {
  const [id, property, ...deeper] = path;
  if (id === undefined)
    return names.tasks.map((task) => member(task.id, replaced, shortType(task.type)));
  const task = names.tasks.find((each) => each.id === id);
  if (task === undefined || deeper.length > 0) return [];
  if (property === undefined) return outputsOf(task.type).map((name) => member(name, replaced));
  if (property !== "outputFiles") return [];
  return task.outputFiles.map((file) => ({
    label: file,
    // In place of the dot: a file's name has dots of its own.
    insert: `['${file}']`,
    replaced: replaced + 1,
    kind: "file",
    detail: "output file",
    documentation: "",
  }));
}

const shortType = (type: string): string => type.split(".").slice(-2).join(".");

function membersOf(names: FlowNames, path: readonly string[], replaced: number): Suggestion[] {
  const [root = "", ...rest] = path;
  if (root === "inputs") return inputMembers(names, rest, replaced);
  if (root === "outputs") return outputMembers(names, rest, replaced);
  if (rest.length > 0) return [];
  if (root === "vars") return names.variables.map((name) => member(name, replaced));
  if (root === "labels") return names.labels.map((name) => member(name, replaced));
  return (MEMBERS[root] ?? []).map((name) => member(name, replaced));
}

const called =
  (kind: "function" | "filter", replaced: number) =>
  (entry: CatalogueEntry): Suggestion => ({
    label: entry.name,
    insert: kind === "function" ? `${entry.name}($0)` : entry.name,
    replaced,
    kind,
    detail: entry.signature,
    documentation: entry.description,
  });

/** What can follow in an expression that is written so far; nothing inside of its quoted texts. */
export function suggestionsFor(
  expression: string,
  names: FlowNames,
  catalogue: ExpressionCatalogue,
): Suggestion[] {
  const quotes = expression.replaceAll(/"[^"]*"|'[^']*'/g, "");
  if (/["']/.test(quotes)) return [];
  const word = /[A-Za-z0-9_-]*$/.exec(expression)?.[0] ?? "";
  const lead = expression.slice(0, expression.length - word.length);
  if (/(^|[^|])\|\s*$/.test(lead)) return catalogue.filters.map(called("filter", word.length));
  const path = /([A-Za-z_][\w-]*(?:\.[\w-]+)*)\.$/.exec(lead)?.[1];
  if (path !== undefined) return membersOf(names, path.split("."), word.length);
  if (lead.endsWith(".")) return [];
  const roots = ROOTS.map(([name, detail]) => member(name, word.length, detail));
  return [...roots, ...catalogue.functions.map(called("function", word.length))];
}
