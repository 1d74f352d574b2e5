import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { newId } from "#lib/core/id.ts";
import { CallError } from "../call-error.ts";
import type { FunctionDefinition } from "../call.ts";

const NANO_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const BASE_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** KSUID counts seconds from 13 May 2014. */
const KSUID_EPOCH = 1_400_000_000;
const MAX_NANO_LENGTH = 1000;

export const randomFunctions: Record<string, FunctionDefinition> = {
  id: {
    about: "A new id in the form of our own: 22 letters and digits, ordered by time.",
    parameters: [],
    call: () => newId(),
  },
  ksuid: {
    about: "A new KSUID: 27 letters and digits, ordered by time.",
    parameters: [],
    call: (_, { scope }) => ksuid(scope.now()),
  },
  nanoId: {
    about: "A new random id of 21 characters, or of another length and alphabet.",
    parameters: ["length?", "alphabet?"],
    call: (args) => nanoId(args.integer("length", 21), args.text("alphabet", NANO_ALPHABET)),
  },
  randomInt: {
    about: "A random whole number from `lower` to before `upper`.",
    parameters: ["lower", "upper"],
    call: (args) => {
      const [lower, upper] = [args.integer("lower"), args.integer("upper")];
      if (upper < lower) throw new CallError("`upper` is less than `lower`");
      if (upper - lower >= 2 ** 48) throw new CallError("`upper` and `lower` are too far apart");
      return upper === lower ? lower : randomInt(lower, upper);
    },
  },
  randomPort: {
    about: "A random port that programs may use: 49152 to 65535.",
    parameters: [],
    call: () => randomInt(49_152, 65_536),
  },
  uuid: {
    about: "A new random UUID.",
    parameters: [],
    call: () => randomUUID(),
  },
};

function nanoId(length: number, alphabet: string): string {
  if (length < 1 || length > MAX_NANO_LENGTH) {
    throw new CallError(`\`length\` must be between 1 and ${MAX_NANO_LENGTH}`);
  }
  const characters = Array.from(alphabet);
  if (characters.length === 0) throw new CallError("`alphabet` is empty");
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join("");
}

function ksuid(now: Date): string {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt32BE((Math.floor(now.getTime() / 1000) - KSUID_EPOCH) >>> 0);
  randomBytes(16).copy(bytes, 4);
  let rest = BigInt(`0x${bytes.toString("hex")}`);
  let text = "";
  while (text.length < 27) {
    text = BASE_62.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
}
