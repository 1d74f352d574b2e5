import { commandsType, type Language, scriptType } from "./script-types.ts";

const shell: Language = {
  name: "shell",
  title: "shell",
  defaultImage: "ubuntu",
  env: {},
  scriptFile: null,
  commandsExample: `id: shell
type: io.kestra.plugin.scripts.shell.Commands
commands:
  - echo "Hello from $(hostname)"
`,
  scriptExample: `id: shell
type: io.kestra.plugin.scripts.shell.Script
script: |
  for number in 1 2 3; do
    echo "Number $number"
  done
`,
};

export const shellCommands = commandsType(shell);
export const shellScript = scriptType(shell);
