import { isTruthy } from "#lib/expression/truthy.ts";
import type { TaskContext } from "../task-type.ts";

export async function renderList(
  list: readonly string[] | undefined,
  path: string,
  context: TaskContext,
): Promise<string[]> {
  const rendered: string[] = [];
  for (const [index, text] of (list ?? []).entries()) {
    rendered.push(await context.render(text, `${path}[${index}]`));
  }
  return rendered;
}

/** Renders keys and values. */
export async function renderMap(
  map: Record<string, string> | undefined,
  path: string,
  context: TaskContext,
): Promise<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const [key, text] of Object.entries(map ?? {})) {
    entries.push([
      await context.render(key, `${path}.${key}`),
      await context.render(text, `${path}.${key}`),
    ]);
  }
  return Object.fromEntries(entries);
}

export async function renderOptional(
  text: string | undefined,
  path: string,
  context: TaskContext,
): Promise<string | undefined> {
  return text === undefined ? undefined : context.render(text, path);
}

/** A flag that may be an expression; `fallback` when it is not set. */
export async function renderFlag(
  text: string | undefined,
  fallback: boolean,
  path: string,
  context: TaskContext,
): Promise<boolean> {
  return text === undefined ? fallback : isTruthy(await context.render(text, path));
}
