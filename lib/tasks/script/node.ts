import { commandsType, type Language, scriptType } from "./script-types.ts";

const node: Language = {
  name: "node",
  title: "Node.js",
  defaultImage: "node",
  env: {},
  scriptFile: {
    name: ".script.js",
    text: (script) => script,
    command: (path) => `node ${path}`,
  },
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
