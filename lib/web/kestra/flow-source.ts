import { stringify } from "yaml";
import type { z } from "zod";
import { AppError } from "#lib/core/app-error.ts";
import type { Problem } from "#lib/core/flow-view.ts";
import { MAX_SOURCE_CHARACTERS, readYaml } from "#lib/flow/read-yaml.ts";
import { readSource, validateSource } from "#lib/flows/read-source.ts";
import { getFlow } from "#lib/flows/read.ts";
import { type FlowKey, saveFlow, type SavedFlow } from "#lib/flows/save.ts";
import { readText } from "#lib/web/body.ts";
import type { validationShape } from "./shapes.ts";

/**
 * The YAML in a request's body; JSON becomes YAML.
 * @throws AppError `too-large` with the limit, `malformed`
 */
export async function readFlowSource(request: Request): Promise<string> {
  const text = await readText(request, { what: "a flow", maxBytes: MAX_SOURCE_CHARACTERS });
  if (!/\bjson\b/.test(request.headers.get("content-type") ?? "")) return text;
  try {
    return stringify(JSON.parse(text));
  } catch (cause) {
    throw new AppError("malformed", "The body is not JSON, although its content type says so.", {
      cause,
    });
  }
}

/**
 * Saves a source as the next revision of this very flow.
 * @throws AppError `not-found`, `invalid` when the source names another flow, and what saveFlow throws
 */
export async function updateSource(key: FlowKey, source: string): Promise<SavedFlow> {
  await getFlow(key);
  const { flow } = readSource(source);
  if (flow && flow.id !== key.id) throw renamed("flow.id", "Illegal flow id update", key);
  if (flow && flow.namespace !== key.namespace) {
    throw renamed("flow.namespace", "Illegal namespace update", key);
  }
  return saveFlow(source, "any");
}

function renamed(field: string, message: string, { namespace, id }: FlowKey): AppError {
  return new AppError(
    "invalid",
    `The source names another flow than ${namespace}.${id}, whose name cannot change. Create a new flow instead.`,
    { fields: { [field]: message } },
  );
}

/** Validating takes milliseconds for each. */
const MAX_DOCUMENTS = 200;

/**
 * What the validator says of each document, in Kestra's form.
 * @throws AppError `too-large` with the limit
 */
export async function validateSources(text: string): Promise<z.infer<typeof validationShape>[]> {
  const documents = text
    .split(/^---[ \t]*(?:\r?\n|$)/m)
    .filter((document) => document.trim() !== "");
  if (documents.length > MAX_DOCUMENTS) {
    const message = `A request may have at most ${MAX_DOCUMENTS} flows; this one has ${documents.length}.`;
    throw new AppError("too-large", message);
  }
  return Promise.all(documents.map(validationOf));
}

async function validationOf(
  source: string,
  index: number,
): Promise<z.infer<typeof validationShape>> {
  const { problems } = validateSource(source);
  const errors = problems.filter(({ severity }) => severity === "error");
  const of = (severity: Problem["severity"]): Problem[] =>
    problems.filter((problem) => problem.severity === severity);
  return {
    index,
    ...nameIn(source),
    ...(errors.length > 0 && { constraints: errors.map(lineOf).join("\n") }),
    outdated: false,
    deprecationPaths: problems
      .filter(({ code }) => code.startsWith("deprecated"))
      .map(({ path }) => path),
    warnings: of("warning").map(lineOf),
    infos: of("info").map(lineOf),
  };
}

function lineOf({ range, message }: Problem): string {
  return `line ${range.startLine}, column ${range.startColumn}: ${message}`;
}

function nameIn(source: string): { flow?: string; namespace?: string } {
  const { value } = readYaml(source);
  if (typeof value !== "object" || value === null) return {};
  const flow: unknown = Reflect.get(value, "id");
  const namespace: unknown = Reflect.get(value, "namespace");
  return {
    ...(typeof flow === "string" && { flow }),
    ...(typeof namespace === "string" && { namespace }),
  };
}
