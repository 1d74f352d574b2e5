import { spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { childEnvironment } from "#lib/config/child-environment.ts";
import { step } from "./say.ts";
import { hashSources } from "./source-hash.ts";

const GENERATE_FROM = ["prisma/schema.prisma", "prisma.config.ts", "package-lock.json"];
const BUILD_FROM = [
  "app",
  "components",
  "lib",
  "prisma/schema.prisma",
  "next.config.ts",
  "postcss.config.mjs",
  "package-lock.json",
  "tsconfig.json",
];

export interface Preparation {
  /** The project's folder. */
  root: string;
  /** Where the words of the tools go. */
  logFolder: string;
  signal: AbortSignal;
}

/**
 * Makes what the repository does not hold, when its sources have changed since: the database client
 * and, for production, the built pages.
 * @throws Error that names the step and the file with the tool's own words
 */
export async function prepare(options: Preparation & { needsPages: boolean }): Promise<void> {
  await unlessFresh(options, {
    title: "Generating the database client",
    sources: GENERATE_FROM,
    output: "lib/generated",
    command: ["node_modules/prisma/build/index.js", "generate"],
  });
  if (!options.needsPages) return;
  await unlessFresh(options, {
    title: "Building the pages (about half a minute)",
    sources: BUILD_FROM,
    output: ".next",
    command: ["node_modules/next/dist/bin/next", "build"],
  });
}

interface Product {
  title: string;
  /** Files and folders that it is made from. */
  sources: string[];
  /** The folder that it is in. */
  output: string;
  /** Arguments for Node. */
  command: string[];
}

async function unlessFresh(
  { root, logFolder, signal }: Preparation,
  { title, sources, output, command }: Product,
): Promise<void> {
  const stamp = join(root, output, "podflow-sources");
  const wanted = hashSources(root, sources);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const logFile = join(logFolder, `${output.replaceAll(/\W+/g, "-").replace(/^-/, "")}-build.log`);
  await step(title, () => runNode(command, { root, logFile, signal }));
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hashSources(root, sources));
}

async function runNode(
  args: string[],
  { root, logFile, signal }: { root: string; logFile: string; signal: AbortSignal },
): Promise<void> {
  const output = createWriteStream(logFile);
  const child = spawn(process.execPath, args, {
    cwd: root,
    signal,
    stdio: ["ignore", "pipe", "pipe"],
    env: childEnvironment({ NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" }),
  });
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  await new Promise((resolve) => output.end(resolve));
  if (code === 0) return;
  const words = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-12).join("\n");
  throw new Error(`"${args.slice(-1).join(" ")}" failed:\n${words}\nAll of it is in ${logFile}.`);
}
