import { z } from "zod";
import { required, text, textList } from "#lib/flow/schema/parts.ts";
import type { PlannedFile, TaskType } from "../task-type.ts";
import { propertiesOf } from "../properties-of.ts";
import { shellWord } from "./commands.ts";
import { planScript, type ScriptTools } from "./plan-script.ts";
import { reviewScript } from "./review-script.ts";
import { scriptProperties } from "./script-properties.ts";

/** They see what the provider's own task gave. */
const OF_PROVIDERS = ["config", "connection"].map(
  (name) => `taskRunner.${name}.oauthTokenProvider.output`,
);

/** What a language's two task types are made of. */
export interface Language {
  /** As in the type's name, e.g. `python`. */
  name: string;
  title: string;
  defaultImage: string;
  env: Record<string, string>;
  /** Properties of this language alone. */
  properties?: z.ZodRawShape;
  /** The file that a script becomes; null: the interpreter gets the script itself. */
  scriptFile: ScriptFile | null;
  commandsExample: string;
  scriptExample: string;
}

interface ScriptFile {
  /** In the working directory. */
  name: string;
  /** What is in it, for this script. */
  text(script: string): string;
  /** The command that runs it, by its path as a word of a shell. */
  command(path: string, interpreter: readonly string[]): string;
}

const OUTPUTS = {
  vars: 'What the task sent by `::{"outputs": {…}}::` on a line of its own, or `Kestra.outputs(…)`.',
  outputFiles: "The files it kept: path to `kestra:///` URI.",
  exitCode: "The exit code.",
};

/** `<language>.Commands`: runs commands in a shell. */
export function commandsType(language: Language): TaskType {
  const properties = z.strictObject({
    commands: required(
      textList().refine((list) => list.length > 0, { error: "must not be empty" }),
      "The commands, all in one shell: `cd` and `export` persist.",
    ),
    ...scriptProperties(language.defaultImage),
    ...language.properties,
  });
  return {
    kind: "script",
    type: `io.kestra.plugin.scripts.${language.name}.Commands`,
    aliases: [],
    title: `Run commands with ${language.title}`,
    description: `Runs the commands in a container with ${language.title}, or as processes of this machine.`,
    properties,
    examples: [language.commandsExample],
    literalProperties: OF_PROVIDERS,
    outputs: OUTPUTS,
    review: (written) =>
      reviewScript(written, { isScriptFile: false, defaultImage: language.defaultImage }),
    plan: async (task, context) => {
      const own = propertiesOf(properties, task);
      const main = async (tools: ScriptTools) => {
        const commands: string[] = [];
        for (const [index, command] of own.commands.entries()) {
          commands.push(await tools.render(command, `commands[${index}]`));
        }
        return { commands, files: [] };
      };
      const { defaultImage, env } = language;
      return planScript(own, { defaultImage, env, main }, context);
    },
  };
}

/** `<language>.Script`: runs a script that stands in the flow. */
export function scriptType(language: Language): TaskType {
  const properties = z.strictObject({
    script: required(text(), "The script itself. Begin it with `script: |` and indent it."),
    ...scriptProperties(language.defaultImage),
    ...language.properties,
  });
  return {
    kind: "script",
    type: `io.kestra.plugin.scripts.${language.name}.Script`,
    aliases: [],
    title: `Run a ${language.title} script`,
    description: `Runs the script in a container with ${language.title}, or as a process of this machine.`,
    properties,
    examples: [language.scriptExample],
    literalProperties: OF_PROVIDERS,
    outputs: OUTPUTS,
    review: (written) =>
      reviewScript(written, {
        isScriptFile: language.scriptFile !== null,
        defaultImage: language.defaultImage,
      }),
    plan: async (task, context) => {
      const own = propertiesOf(properties, task);
      const main = async (tools: ScriptTools) =>
        scriptRun(await tools.render(own.script, "script"), language.scriptFile, tools);
      const { defaultImage, env } = language;
      return planScript(own, { defaultImage, env, main }, context);
    },
  };
}

/** The commands that run the script, rendered, and the files they need. */
function scriptRun(
  script: string,
  file: ScriptFile | null,
  { context, interpreter }: ScriptTools,
): { commands: string[]; files: PlannedFile[] } {
  if (file === null) return { commands: [script], files: [] };
  const { name } = file;
  const path = shellWord(`${context.workspace.workingDir}/${name}`);
  const content = { kind: "text", text: file.text(script) } as const;
  return {
    commands: [file.command(path, interpreter)],
    files: [{ path: name, content, isExecutable: false }],
  };
}
