import { z } from "zod";
import { required, text, textList } from "#lib/flow/schema/parts.ts";
import type { PlannedFile, TaskType } from "../task-type.ts";
import { propertiesOf } from "../properties-of.ts";
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
  /** The commands that run the script, rendered, and the files they need. */
  runScript(script: string, tools: ScriptTools): { commands: string[]; files: PlannedFile[] };
  commandsExample: string;
  scriptExample: string;
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
    review: reviewScript,
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
    review: reviewScript,
    plan: async (task, context) => {
      const own = propertiesOf(properties, task);
      const main = async (tools: ScriptTools) =>
        language.runScript(await tools.render(own.script, "script"), tools);
      const { defaultImage, env } = language;
      return planScript(own, { defaultImage, env, main }, context);
    },
  };
}
