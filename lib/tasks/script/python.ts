import { ignored, later } from "#lib/flow/schema/parts.ts";
import { isShell } from "./commands.ts";
import { pythonFile } from "./python-file.ts";
import { commandsType, type Language, scriptType } from "./script-types.ts";

/** Some systems have Python 3 as `python3` only. */
const PROGRAM = '"$(command -v python || command -v python3 || echo python)"';

const python: Language = {
  name: "python",
  title: "Python",
  defaultImage: "ghcr.io/kestra-io/kestrapy:latest",
  env: {
    PYTHONUNBUFFERED: "true",
    PIP_ROOT_USER_ACTION: "ignore",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
  },
  properties: {
    dependencies: later("Installing `dependencies`"),
    pythonVersion: later("`pythonVersion`"),
    packageManager: later("`packageManager`"),
    dependencyCacheEnabled: ignored("Dependencies are not cached"),
  },
  scriptFile: {
    name: ".script.py",
    text: pythonFile,
    command: (path, interpreter) => `${isShell(interpreter) ? PROGRAM : "python"} ${path}`,
  },
  commandsExample: `id: python
type: io.kestra.plugin.scripts.python.Commands
inputFiles:
  main.py: |
    print("Hello from a file")
commands:
  - python main.py
`,
  scriptExample: `id: python
type: io.kestra.plugin.scripts.python.Script
outputFiles:
  - "*.json"
script: |
  import json

  with open("result.json", "w") as file:
      json.dump({"answer": 42}, file)
`,
};

export const pythonCommands = commandsType(python);
export const pythonScript = scriptType(python);
