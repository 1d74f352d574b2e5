import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
/** The package as its authors publish it. */
const PACKAGE = "kestra==2.0.0";

/** Reads the request from its argument and prints what `Flow().execute` returned. */
const PROGRAM = `
import dataclasses, json, sys
from kestra import Flow
request = json.loads(sys.argv[1])
inputs = dict(request["inputs"])
for name, file in request["files"].items():
    inputs[name] = (file["name"], open(file["path"], "rb"), "application/octet-stream")
flow = Flow(poll_interval=1, tenant=request["tenant"], labels_from_inputs=request["labelsFromInputs"])
print(json.dumps(dataclasses.asdict(flow.execute(request["namespace"], request["flowId"], inputs))))
`;

export interface KestraRequest {
  namespace: string;
  flowId: string;
  inputs?: Record<string, string>;
  /** By the input's id. */
  files?: Record<string, { name: string; path: string }>;
  tenant?: string;
  labelsFromInputs?: boolean;
}

export interface KestraResult {
  execution_id: string;
  status: string;
  log: string;
  error: string | null;
}

/** Runs a flow of the server at `url` by the unchanged Python package, which waits for its end. */
export async function executeByKestraPackage(
  url: string,
  request: KestraRequest,
): Promise<KestraResult> {
  const whole = { inputs: {}, files: {}, tenant: null, labelsFromInputs: false, ...request };
  const { stdout } = await run("python3", ["-c", PROGRAM, JSON.stringify(whole)], {
    env: {
      ...process.env,
      PYTHONPATH: await installPackage(),
      PYTHONDONTWRITEBYTECODE: "1",
      KESTRA_HOSTNAME: url,
      NO_PROXY: "*",
    },
    timeout: 120_000,
  });
  // The program prints one line of this form, after what the package logs.
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as KestraResult;
}

/** The folder with the package, installed the first time (some 15 s) and kept outside the repository. */
async function installPackage(): Promise<string> {
  const root = process.env["PODFLOW_CACHE"] ?? join(homedir(), ".cache", "podflow");
  const folder = join(root, "python", PACKAGE.replace("==", "-"));
  if (existsSync(folder)) return folder;
  mkdirSync(join(root, "python"), { recursive: true });
  const making = `${folder}.${process.pid}`;
  const options = ["--quiet", "--disable-pip-version-check", "--no-input", "--target", making];
  await run("python3", ["-m", "pip", "install", ...options, PACKAGE], { timeout: 300_000 });
  try {
    renameSync(making, folder);
  } catch (error) {
    // Another test has installed it meanwhile.
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
