import { setImmediate as breathe } from "node:timers/promises";
import {
  directivesIn,
  endingOf,
  mayStillRun,
  parseDirective,
  type Directive,
} from "../directive.ts";
import { type FakeRun, RunIsOver } from "../fake-run.ts";
import { parseShell } from "./parse.ts";
import { pathOf, PROGRAMS } from "./programs.ts";
import { type Item, type Redirect, ShellSyntaxError, type Statement } from "./syntax.ts";
import { expandWhole, expandWords } from "./words.ts";

/** Ends a shell: by itself, or by `kill -9`. */
class ShellExit extends Error {
  readonly code: number;
  readonly isKilled: boolean;
  readonly shell: number;

  constructor(code: number, shell: number, isKilled: boolean) {
    super(`exit ${code}`);
    this.code = code;
    this.shell = shell;
    this.isKilled = isKilled;
  }
}

interface Output {
  1: (text: string) => void;
  2: (text: string) => void;
}

const SHELLS = new Set(["sh", "bash", "ash", "dash"]);
/** Of other languages the fake understands the directives alone. */
const INTERPRETERS = new Set(["python", "python3", "node", "Rscript", "ruby", "pwsh"]);
const NOT_FOUND = 127;
let lastShell = 0;

/** Runs a command as the fake understands it; the exit code, and whether a signal ended it. */
export async function runCommand(
  run: FakeRun,
  command: string[],
): Promise<{ code: number; isKilled: boolean } | "not-found"> {
  const [program = "", option, script = ""] = command;
  if (!SHELLS.has(program.split("/").at(-1) ?? "") || option !== "-c") return "not-found";
  const variables = new Map(
    Object.entries(run.spec.env).map(([name, value]) => [name, latin1(value)]),
  );
  const output = {
    1: (text: string) => run.print("stdout", text),
    2: (text: string) => run.print("stderr", text),
  };
  return new Shell(run, variables, output).execute(latin1(script));
}

class Shell {
  readonly #run: FakeRun;
  readonly #variables: Map<string, string>;
  readonly #output: Output;
  readonly #number: number;
  #status = 0;
  #endsOnError = false;
  #steps = 0;

  constructor(run: FakeRun, variables: Map<string, string>, output: Output) {
    this.#run = run;
    this.#variables = new Map(variables);
    this.#output = output;
    lastShell += 1;
    this.#number = lastShell;
  }

  async execute(script: string): Promise<{ code: number; isKilled: boolean }> {
    try {
      await this.#list(parseShell(script), false);
      return { code: this.#status, isKilled: false };
    } catch (error) {
      if (error instanceof ShellExit && error.shell === this.#number) return error;
      if (!(error instanceof ShellSyntaxError)) throw error;
      this.#output[2](`sh: the fake shell cannot read this: ${error.message}\n`);
      return { code: 2, isKilled: false };
    }
  }

  async #list(items: Item[], isCondition: boolean): Promise<void> {
    for (const [index, item] of items.entries()) {
      if (item.when === "success" && this.#status !== 0) continue;
      if (item.when === "failure" && this.#status === 0) continue;
      if (item.isBackground) {
        this.#background(item.statement);
        continue;
      }
      await this.#statement(item.statement, this.#output);
      const isTested = (items[index + 1]?.when ?? "always") !== "always";
      if (this.#endsOnError && this.#status !== 0 && !isCondition && !isTested)
        throw new ShellExit(this.#status, this.#number, false);
    }
  }

  #background(statement: Statement): void {
    const shell = new Shell(this.#run, this.#variables, this.#output);
    shell.#statement(statement, this.#output).catch((error: unknown) => {
      if (!(error instanceof RunIsOver) && !(error instanceof ShellExit))
        this.#output[2](`sh: ${String(error)}\n`);
    });
    this.#status = 0;
  }

  async #statement(statement: Statement, output: Output): Promise<void> {
    await this.#step();
    switch (statement.kind) {
      case "command":
        return this.#command(statement, output);
      case "directive":
        return this.#directive(parseDirective(statement.text));
      case "if":
        await this.#list(statement.condition, true);
        return this.#list(this.#status === 0 ? statement.body : statement.otherwise, false);
      case "while":
        for (;;) {
          await this.#list(statement.condition, true);
          if (this.#status !== 0) break;
          await this.#list(statement.body, false);
        }
        this.#status = 0;
        return;
      case "for":
        for (const value of expandWords(statement.words, (name) => this.#valueOf(name))) {
          this.#variables.set(statement.name, value);
          await this.#list(statement.body, false);
        }
    }
  }

  async #command(statement: Extract<Statement, { kind: "command" }>, outer: Output): Promise<void> {
    const valueOf = (name: string): string => this.#valueOf(name);
    for (const [name, word] of statement.assignments)
      this.#variables.set(name, expandWhole(word, valueOf));
    const output = this.#redirected(statement.redirects, outer);
    if (!output) return;
    const [name, ...parameters] = expandWords(statement.words, valueOf);
    this.#status = name === undefined ? 0 : await this.#program(name, parameters, output);
  }

  async #program(name: string, parameters: string[], output: Output): Promise<number> {
    const folder = this.#run.handle.name;
    switch (name) {
      case "exit":
        throw new ShellExit(Number(parameters[0] ?? this.#status), this.#number, false);
      case "kill":
        throw new ShellExit(137, Number(parameters.at(-1)), true);
      case "set":
        if (parameters[0] === "-e") this.#endsOnError = true;
        return 0;
      case "export":
        for (const text of parameters) {
          const [variable = "", ...value] = text.split("=");
          if (value.length > 0) this.#variables.set(variable, value.join("="));
        }
        return 0;
    }
    if (SHELLS.has(name) && parameters[0] === "-c")
      return (await this.#inner(output).execute(parameters[1] ?? "")).code;
    const file = this.#run.files.get(pathOf(folder, name));
    if (name.includes("/") && file?.kind === "file" && file.isExecutable)
      return (await this.#inner(output).execute(file.bytes.toString("latin1"))).code;
    if (INTERPRETERS.has(name)) return this.#interpret(parameters[0] ?? "");
    const program = PROGRAMS[name];
    if (!program) {
      output[2](`sh: 1: ${name}: not found\n`);
      return NOT_FOUND;
    }
    return program({
      parameters,
      variables: this.#variables,
      files: this.#run.files,
      folder,
      print: output[1],
      complain: output[2],
      sleep: (milliseconds) => this.#run.sleep(milliseconds),
    });
  }

  #inner(output: Output): Shell {
    return new Shell(this.#run, this.#variables, output);
  }

  async #interpret(name: string): Promise<number> {
    const text = this.#run.files.read(pathOf(this.#run.handle.name, name))?.toString("utf8") ?? "";
    for (const directive of directivesIn(text, this.#run.spec.identity.attemptNumber))
      await this.#directive(directive);
    return 0;
  }

  async #directive(directive: Directive): Promise<void> {
    if (this.#run.spec.identity.attemptNumber >= directive.beforeAttempt) return;
    if (directive.what === "pending") return;
    if (directive.afterMs > 0) await this.#run.sleep(directive.afterMs);
    if (directive.what === "exit") throw new ShellExit(directive.number ?? 0, this.#number, false);
    const ending = endingOf(directive);
    if (!ending) return;
    this.#run.end(ending, mayStillRun(directive));
    throw new RunIsOver();
  }

  /** Where the command's output goes; null when a file cannot be written. */
  #redirected(redirects: Redirect[], outer: Output): Output | null {
    const output = { ...outer };
    for (const { from, to } of redirects) {
      const number = from === 2 ? 2 : 1;
      if (to.kind === "stream") {
        output[number] = output[to.number === 2 ? 2 : 1];
        continue;
      }
      const name = expandWhole(to.path, (variable) => this.#valueOf(variable));
      if (name === "/dev/null") {
        output[number] = () => undefined;
        continue;
      }
      const path = pathOf(this.#run.handle.name, name);
      const { files } = this.#run;
      const before = (to.isAppend && files.read(path)) || Buffer.alloc(0);
      if (!files.write(path, before)) {
        outer[2](`sh: 1: cannot create ${name}: Directory nonexistent\n`);
        this.#status = 2;
        return null;
      }
      output[number] = (text) => {
        const bytes = files.read(path) ?? Buffer.alloc(0);
        files.write(path, Buffer.concat([bytes, Buffer.from(text, "latin1")]));
      };
    }
    return output;
  }

  #valueOf(name: string): string {
    if (name === "?") return String(this.#status);
    if (name === "$") return String(this.#number);
    return this.#variables.get(name) ?? "";
  }

  /** A busy loop must not keep the others from their turn. */
  async #step(): Promise<void> {
    this.#steps += 1;
    if (this.#steps % 500 === 0) await breathe();
    if (this.#run.ending) throw new RunIsOver();
  }
}

function latin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
