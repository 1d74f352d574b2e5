import { treeProblems } from "./check/tree-rules.ts";
import { runTool, say } from "./run.ts";

interface Check {
  name: string;
  /** What is wrong; empty when nothing is. */
  run(): Promise<string>;
}

const tool = (name: string, args: string[]): Check => ({
  name,
  run: async () => {
    const { code, output } = await runTool(args);
    return code === 0 ? "" : output || `ended with ${code}`;
  },
});
const bin = (path: string, ...args: string[]): string[] => [`node_modules/${path}`, ...args];

/** What the checks read but the repository does not hold. */
const generators = [
  tool("database client", bin("prisma/build/index.js", "generate")),
  tool("route types", bin("next/dist/bin/next", "typegen")),
];

const checks = [
  tool("types", bin("typescript/bin/tsc", "--noEmit")),
  tool(
    "lint",
    bin(
      "oxlint/bin/oxlint",
      "--type-aware",
      "app",
      "components",
      "lib",
      "prisma",
      "e2e",
      "scripts",
    ),
  ),
  tool("format", bin("oxfmt/bin/oxfmt", "--check", ".")),
  tool(
    "architecture",
    bin(
      "dependency-cruiser/bin/dependency-cruiser.mjs",
      "--config",
      ".dependency-cruiser.cjs",
      "app",
      "components",
      "lib",
      "prisma",
      "e2e",
      "scripts",
    ),
  ),
  tool("unused code", bin("knip/bin/knip.js", "--no-progress")),
  { name: "tree rules", run: async () => treeProblems().join("\n") },
];

async function inTurn(list: Check[]): Promise<boolean> {
  let isGreen = true;
  for (const check of list) {
    const began = performance.now();
    const problem = await check.run();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    say(`${problem === "" ? "ok  " : "FAIL"}  ${check.name} (${seconds} s)`);
    if (problem !== "") say(problem.trimEnd());
    isGreen &&= problem === "";
  }
  return isGreen;
}

/** Two lines of work, as many as the smallest machine has cores. */
const isGenerated = await inTurn(generators);
const half = checks.filter((_, index) => index % 2 === 0);
const rest = checks.filter((_, index) => index % 2 === 1);
const results = await Promise.all([inTurn(half), inTurn(rest)]);
process.exit(isGenerated && results.every(Boolean) ? 0 : 1);
