import type { KnownNames, KnownTask } from "./expression-references.ts";
import { listOf, mapOf, textAt } from "./plain-values.ts";
import type { TaskCatalogue } from "./task-catalogue.ts";

/** What expressions may refer to, also where the rest of the flow is wrong. */
export function knownNames(value: Record<string, unknown>, catalogue: TaskCatalogue): KnownNames {
  return {
    inputs: listOf(value["inputs"]).map((input) => textAt(input, "id") || textAt(input, "name")),
    variables: Object.keys(mapOf(value["variables"])),
    tasks: listOf(value["tasks"]).flatMap((task, position): KnownTask[] => {
      const definition = catalogue.find(textAt(task, "type"));
      const outputs = definition === null ? null : Object.keys(definition.outputs);
      const inner = definition === null ? innerTasks(task, position) : [];
      return [{ id: textAt(task, "id"), outputs, position }, ...inner];
    }),
  };
}

/** Tasks inside of tasks that are built later, such as loops: they leave outputs too. */
function innerTasks(value: unknown, position: number): KnownTask[] {
  const parts = Array.isArray(value) ? value : Object.values(mapOf(value));
  return parts.flatMap((part: unknown) => {
    const isTask = textAt(part, "id") !== "" && textAt(part, "type") !== "";
    const own = isTask ? [{ id: textAt(part, "id"), outputs: null, position }] : [];
    return [...own, ...innerTasks(part, position)];
  });
}
