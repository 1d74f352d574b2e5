import { CallError } from "../call-error.ts";
import { parseRegex } from "./parse-regex.ts";
import type { Instruction, PatternNode, Program } from "./program.ts";

/** Repetitions are written out, so a short pattern could make a huge program. */
const MAX_INSTRUCTIONS = 5000;

/** @throws CallError for a pattern that cannot be read, is not supported or too large */
export function compileRegex(pattern: string): Program {
  const { root, groupCount, groupNames } = parseRegex(pattern);
  const instructions: Instruction[] = [];
  emit({ kind: "group", index: 0, body: root }, instructions);
  add(instructions, { kind: "match" });
  return { instructions, groupCount, groupNames };
}

function add(instructions: Instruction[], instruction: Instruction): number {
  if (instructions.length >= MAX_INSTRUCTIONS) {
    throw new CallError("The pattern repeats too much", { kind: "limit" });
  }
  return instructions.push(instruction) - 1;
}

function emit(node: PatternNode, instructions: Instruction[]): void {
  switch (node.kind) {
    case "empty":
      return;
    case "character":
    case "assert":
      add(instructions, node);
      return;
    case "sequence":
      for (const item of node.items) emit(item, instructions);
      return;
    case "group":
      add(instructions, { kind: "save", slot: node.index * 2 });
      emit(node.body, instructions);
      add(instructions, { kind: "save", slot: node.index * 2 + 1 });
      return;
    case "choice":
      emitChoice(node.options, instructions);
      return;
    case "repeat":
      emitRepeat(node, instructions);
  }
}

function emitChoice(options: PatternNode[], instructions: Instruction[]): void {
  const jumps: { kind: "jump"; to: number }[] = [];
  options.forEach((option, index) => {
    if (index === options.length - 1) {
      emit(option, instructions);
      return;
    }
    const split = { kind: "split" as const, first: instructions.length + 1, second: 0 };
    add(instructions, split);
    emit(option, instructions);
    const jump = { kind: "jump" as const, to: 0 };
    add(instructions, jump);
    jumps.push(jump);
    split.second = instructions.length;
  });
  for (const jump of jumps) jump.to = instructions.length;
}

function emitRepeat(
  node: Extract<PatternNode, { kind: "repeat" }>,
  instructions: Instruction[],
): void {
  for (let count = 0; count < node.minimum; count += 1) emit(node.body, instructions);
  if (node.maximum === Infinity) {
    const split = emitSplit(instructions);
    emit(node.body, instructions);
    add(instructions, { kind: "jump", to: split.at });
    direct(split.instruction, node.isLazy, [split.at + 1, instructions.length]);
    return;
  }
  const splits = [];
  for (let count = node.minimum; count < node.maximum; count += 1) {
    splits.push(emitSplit(instructions));
    emit(node.body, instructions);
  }
  for (const split of splits) {
    direct(split.instruction, node.isLazy, [split.at + 1, instructions.length]);
  }
}

type Split = Extract<Instruction, { kind: "split" }>;

function emitSplit(instructions: Instruction[]): { at: number; instruction: Split } {
  const instruction: Split = { kind: "split", first: 0, second: 0 };
  return { at: add(instructions, instruction), instruction };
}

function direct(split: Split, isLazy: boolean, [inside, after]: [number, number]): void {
  split.first = isLazy ? after : inside;
  split.second = isLazy ? inside : after;
}
