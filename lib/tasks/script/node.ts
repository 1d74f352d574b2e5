import { shellWord } from "./commands.ts";
import { commandsType, type Language, scriptType } from "./script-types.ts";

const FILE = ".script.js";

const node: Language = {
  name: "node",
  title: "Node.js",
  defaultImage: "node",
  env: {},
  runScript: (script, { context }) => ({
    commands: [`node ${shellWord(`${context.workspace.workingDir}/${FILE}`)}`],
    files: [{ path: FILE, content: { kind: "text", text: script }, isExecutable: false }],
  }),
  commandsExample: `id: node
type: io.kestra.plugin.scripts.node.Commands
inputFiles:
  main.js: |
    console.log("Hello from a file");
commands:
  - node main.js
`,
  scriptExample: `id: node
type: io.kestra.plugin.scripts.node.Script
script: |
  console.log("Hello from Node.js " + process.version);
`,
};

export const nodeCommands = commandsType(node);
export const nodeScript = scriptType(node);
