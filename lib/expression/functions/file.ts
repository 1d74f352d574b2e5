import { CallError } from "../call-error.ts";
import {
  type Arguments,
  type CallContext,
  type FunctionDefinition,
  laterParameter,
} from "../call.ts";
import type { ExpressionHost } from "../scope.ts";
import { isMap, propertyOf, textOf } from "../value.ts";

const FILE_PARAMETERS = ["path", "namespace?"] as const;

export const fileFunctions: Record<string, FunctionDefinition> = {
  read: {
    about: "The text of a stored file.",
    parameters: FILE_PARAMETERS,
    later: ["namespace"],
    call: (args, context) => askHost(context, (host) => host.read(pathIn(args))),
  },
  fileSize: {
    about: "The size of a stored file in bytes.",
    parameters: FILE_PARAMETERS,
    later: ["namespace"],
    call: sizeOfFile,
  },
  fileExists: {
    about: "Whether there is such a stored file.",
    parameters: FILE_PARAMETERS,
    later: ["namespace"],
    call: async (args, context) =>
      (await askHost(context, (host) => host.fileSize(pathIn(args)))) !== null,
  },
  isFileEmpty: {
    about: "Whether a stored file has no bytes.",
    parameters: FILE_PARAMETERS,
    later: ["namespace"],
    call: async (args, context) => (await sizeOfFile(args, context)) === 0,
  },
  secret: {
    about: "The value of a secret, or of one key of it when it is JSON; masked in logs.",
    parameters: ["key", "namespace?", "subkey?"],
    later: ["namespace"],
    call: secretValue,
  },
};

function pathIn(args: Arguments): string {
  refuseNamespace(args);
  const path = args.text("path");
  if (path !== "") return path;
  throw new CallError("`path` is empty: it must be the `kestra:///…` address of a file");
}

function refuseNamespace(args: Arguments): void {
  if (args.has("namespace")) throw laterParameter("namespace");
}

async function sizeOfFile(args: Arguments, context: CallContext): Promise<number> {
  const path = pathIn(args);
  const size = await askHost(context, (host) => host.fileSize(path));
  if (size !== null) return size;
  throw new CallError(`There is no file '${path}'`);
}

async function secretValue(args: Arguments, context: CallContext): Promise<string> {
  refuseNamespace(args);
  const key = args.text("key");
  const value = await askHost(context, (host) => host.secret(key));
  if (value === null) {
    throw new CallError(
      `Cannot find secret for key '${key}'. Set the environment variable SECRET_${key.toUpperCase()} (in Base64) on the worker.`,
    );
  }
  const subkey = args.text("subkey");
  if (subkey === "") return value;
  const part = propertyOf(jsonMap(value, key), subkey);
  if (part !== undefined) return textOf(part);
  throw new CallError(`Cannot find secret sub-key '${subkey}' in secret '${key}'.`);
}

function jsonMap(text: string, key: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (isMap(value)) return value;
  } catch {
    // The parser's message quotes the secret: ours below says the same without it.
  }
  throw new CallError(`The secret '${key}' has no sub-keys: it is no JSON object`);
}

/** Asks the world outside; its errors are in a person's words already. */
async function askHost<T>(
  context: CallContext,
  ask: (host: ExpressionHost) => Promise<T>,
): Promise<T> {
  const { host } = context.scope;
  if (host === undefined) {
    throw new CallError("This is only known while an execution runs", { kind: "unsupported" });
  }
  try {
    return await ask(host);
  } catch (error) {
    if (error instanceof CallError) throw error;
    throw new CallError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
