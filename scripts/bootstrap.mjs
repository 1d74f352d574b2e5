// Plain Node 20 and no package: what every npm script runs first. It installs the dependencies when
// they are missing or older than the lock file, then goes on with the project's own Node 24.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stamp = join(root, "node_modules", ".podflow-lock");
const wanted = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");
const node = join(
  root,
  "node_modules",
  "node",
  "bin",
  process.platform === "win32" ? "node.exe" : "node",
);

function isInstalled() {
  return existsSync(node) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
}

/** Runs a program to its end; resolves to its exit code. */
function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: "inherit", ...options });
    const passOn = (signal) => child.kill(signal);
    // The terminal already sends SIGINT to the whole group; a second one would end the child hard.
    const ignore = () => undefined;
    process.on("SIGINT", ignore);
    for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, passOn);
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}

async function install() {
  const began = Date.now();
  process.stderr.write("Installing the dependencies (about a minute the first time)\n");
  // Whatever NODE_ENV says: building and testing need the development packages too.
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const code = await run(
    npm,
    ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      stdio: ["ignore", 2, 2],
    },
  );
  if (code !== 0) {
    process.stderr.write(
      "The dependencies could not be installed: npm's own words are above. Check the network and the disk, then run the command again.\n",
    );
    process.exit(code);
  }
  writeFileSync(stamp, wanted);
  process.stderr.write(`Installed in ${Math.round((Date.now() - began) / 1000)} s\n`);
}

const words = process.argv.slice(2);
if (words.length === 0) {
  process.stderr.write(
    "usage: node scripts/bootstrap.mjs [SCRIPT [ARGUMENT...] then] SCRIPT [ARGUMENT...]\n",
  );
  process.exit(2);
}
if (!isInstalled()) await install();
const start = (command) => run(node, ["--disable-warning=ExperimentalWarning", ...command]);
// One script may prepare what the other runs on.
const then = words.indexOf("then");
const code = then === -1 ? 0 : await start(words.slice(0, then));
process.exit(code === 0 ? await start(words.slice(then + 1)) : code);
