import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { CallError } from "../call-error.ts";
import type { FilterDefinition } from "../call.ts";
import { isList, isMap, jsonOf, textOf } from "../value.ts";

/** Writing YAML is slow: about a second for a million characters. */
const CHARACTERS_OF_YAML_PER_STEP = 10;

const toJson: FilterDefinition = {
  about: "As JSON.",
  parameters: [],
  example: ["{{ ['a', 1] | toJson }}", '["a",1]'],
  takesNull: true,
  apply: (input) => jsonOf(input),
};

function hash(algorithm: string, about: string, result: string): FilterDefinition {
  return {
    about,
    parameters: [],
    example: [`{{ 'abc' | ${algorithm} }}`, result],
    apply: (input) => createHash(algorithm).update(textOf(input)).digest("hex"),
  };
}

export const encodeFilters: Record<string, FilterDefinition> = {
  base64decode: {
    about: "The text that was encoded in Base64.",
    parameters: [],
    example: ["{{ 'w6lh' | base64decode }}", "éa"],
    apply: (input) => decodeBase64(textOf(input)),
  },
  base64encode: {
    about: "In Base64.",
    parameters: [],
    example: ["{{ 'éa' | base64encode }}", "w6lh"],
    apply: (input) => Buffer.from(textOf(input), "utf8").toString("base64"),
  },
  className: {
    about: "The name of the value's Java class in Kestra.",
    parameters: [],
    example: ["{{ 'a' | className }}", "java.lang.String"],
    apply: classNameOf,
  },
  md5: hash("md5", "The MD5 sum in hexadecimal.", "900150983cd24fb0d6963f7d28e17f72"),
  sha1: hash("sha1", "The SHA-1 sum in hexadecimal.", "a9993e364706816aba3e25717850c26c9cd0d89d"),
  sha256: hash(
    "sha256",
    "The SHA-256 sum in hexadecimal.",
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  ),
  sha512: hash(
    "sha512",
    "The SHA-512 sum in hexadecimal.",
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
  ),
  toJson,
  json: { ...toJson, instead: "toJson" },
  jsonEncode: { ...toJson, instead: "toJson" },
  toIon: {
    about: "As Amazon Ion, of which JSON is a part.",
    parameters: [],
    example: ["{{ {'a': 1} | toIon }}", '{"a":1}'],
    takesNull: true,
    apply: (input) => jsonOf(input),
  },
  urldecode: {
    about: "The text that was encoded for an address.",
    parameters: [],
    example: ["{{ 'a+b%26c' | urldecode }}", "a b&c"],
    apply: (input) => decodeUrl(textOf(input)),
  },
  urlencode: {
    about: "For use in an address.",
    parameters: [],
    example: ["{{ 'a b&c/é' | urlencode }}", "a+b%26c%2F%C3%A9"],
    apply: (input) => encodeUrl(textOf(input)),
  },
  yaml: {
    about: "As YAML.",
    parameters: [],
    example: ["{{ {'a': [1, 'x']} | yaml }}", "a:\n  - 1\n  - x\n"],
    takesNull: true,
    apply: (input, _, { meter }) => {
      if (input === null) return "null";
      meter.step(Math.ceil(meter.charge(input) / CHARACTERS_OF_YAML_PER_STEP));
      return stringify(input, { lineWidth: 0, aliasDuplicateObjects: false });
    },
  },
};

function decodeBase64(text: string): string {
  const compact = text.replaceAll(/\s/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) throw new CallError("The text is not Base64");
  return Buffer.from(compact, "base64").toString("utf8");
}

/** As Java's URLEncoder: a space is `+`, and `!'()~` are encoded. */
function encodeUrl(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll("%20", "+")
    .replaceAll(/[!'()~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decodeUrl(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (error) {
    throw new CallError("The text has a `%` that begins no encoded character", { cause: error });
  }
}

function classNameOf(value: unknown): string {
  if (typeof value === "string") return "java.lang.String";
  if (typeof value === "boolean") return "java.lang.Boolean";
  if (typeof value === "number") {
    if (!Number.isInteger(value)) return "java.lang.Double";
    return Math.abs(value) < 2 ** 31 ? "java.lang.Integer" : "java.lang.Long";
  }
  if (isList(value)) return "java.util.ArrayList";
  return isMap(value) ? "java.util.LinkedHashMap" : "java.time.Instant";
}
