import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { readSettings } from "#lib/config/env.ts";
import { AppError } from "#lib/core/app-error.ts";
import type { InputView } from "#lib/core/flow-view.ts";
import { createExecution } from "#lib/executions/create.ts";
import { storeUpload } from "#lib/executions/upload.ts";
import { getFlow } from "#lib/flows/read.ts";
import { checkFileName } from "#lib/web/file-name.ts";
import { readForm } from "#lib/web/form.ts";

export interface Start {
  namespace: string;
  flowId: string;
  revision?: number;
  /** `key:value` each. */
  labels: string[];
  /** The connection to run on; absent is what the flow says. */
  connection?: string;
}

/** A file sent for an input that is not a FILE is its text, up to this size. */
const MAX_TEXT_BYTES = 1024 * 1024;

/**
 * Accepts an execution whose inputs come as a form; files are stored while they arrive.
 * @returns its id, and the names of parts that are for no input of the flow
 * @throws AppError as createExecution and storeUpload do
 */
export async function startExecution(
  request: Request,
  start: Start,
): Promise<{ id: string; leftOut: string[] }> {
  const { namespace, flowId, revision } = start;
  const flow = await getFlow({ namespace, id: flowId, revision });
  const inputs = new Map<string, unknown>();
  await readForm(request, {
    field: (name, value) => {
      // A name that comes again is a list: MULTISELECT and ARRAY.
      const before = inputs.get(name);
      const all = Array.isArray(before) ? [...before, value] : [before, value];
      inputs.set(name, before === undefined ? value : all);
    },
    file: async (name, fileName, body) => {
      const input = inputFor(flow.inputs, name, fileName);
      if (input === null) {
        // Its name is told, and its bytes go nowhere.
        inputs.set(name, fileName);
        return void body.resume();
      }
      const value =
        input.type === "FILE"
          ? await store(start, input.id, fileName ?? input.id, body)
          : await textOf(input.id, body);
      inputs.set(input.id, value);
    },
  });
  return createExecution({
    namespace,
    flowId,
    ...(revision !== undefined && { revision }),
    inputs: Object.fromEntries(inputs),
    labels: readLabels(start.labels),
    connectionId: start.connection ?? null,
    unknownInputs: "leave-out",
  });
}

/**
 * The input that a part of the form is for: the one of its name, or, as Kestra's older clients send
 * them, a part `files` whose file name is the input's id.
 */
function inputFor(inputs: InputView[], name: string, fileName: string | null): InputView | null {
  const byFileName = inputs.find((input) => input.type === "FILE" && input.id === fileName);
  if (name === "files" && byFileName) return byFileName;
  return inputs.find((input) => input.id === name) ?? null;
}

async function store(
  start: Start,
  inputId: string,
  fileName: string,
  body: Readable,
): Promise<string> {
  const { uri } = await storeUpload({
    namespace: start.namespace,
    flowId: start.flowId,
    inputId,
    name: checkFileName(fileName),
    body,
    expectedBytes: null,
    maxBytes: readSettings().maxUploadBytes,
  });
  return uri;
}

async function textOf(inputId: string, body: Readable): Promise<string> {
  let size = 0;
  body.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_TEXT_BYTES) {
      body.destroy(
        new AppError("too-large", `The input "${inputId}" has more than 1 MiB. Make it a FILE.`),
      );
    }
  });
  return text(body);
}

function readLabels(labels: string[]): Record<string, string> {
  return Object.fromEntries(
    labels.map((label) => {
      const colon = label.indexOf(":");
      if (colon > 0) return [label.slice(0, colon), label.slice(colon + 1)];
      throw new AppError("invalid", `The label "${label}" is not of the form key:value.`, {
        fields: { labels: "must be key:value" },
      });
    }),
  );
}
