import { expect, test } from "vitest";
import { pythonFile } from "./python-file.ts";

const PREAMBLE = "true=True; false=False; null=None";

test.each([
  ["without JSON's words", "import os\nprint(True)\n", "import os\nprint(True)\n"],
  ["on the first line", "import os\nx = true\n", `${PREAMBLE}; import os\nx = true\n`],
  ["on an empty line", "\nx = null\n", `${PREAMBLE}\nx = null\n`],
  [
    "after a comment",
    "#!/usr/bin/python\nx = true\n",
    `#!/usr/bin/python\n${PREAMBLE}; x = true\n`,
  ],
  ["before a block", "def f():\n  return true\n", `${PREAMBLE}\ndef f():\n  return true\n`],
  ["before a docstring", '"""doc"""\nx = null', `${PREAMBLE}\n"""doc"""\nx = null`],
  [
    "after imports from the future",
    "from __future__ import annotations\nimport os\nx = false",
    `from __future__ import annotations; ${PREAMBLE}\nimport os\nx = false`,
  ],
])("the names of JSON's literals are defined %s", (_, script, file) => {
  expect(pythonFile(script)).toBe(file);
});
