import { join } from "node:path";
import { answers, runCommand } from "../own/command.ts";

const NAME = "podflow-registry";
const PORT = 5001;
/** The registry as this machine reaches it, and as image names spell it. */
export const REGISTRY = `127.0.0.1:${PORT}`;
/** The registry as the containers on its Docker network reach it. */
export const REGISTRY_INSIDE = `http://${NAME}:5000`;

const IMAGES = ["nonroot", "notar", "noshell"];
const SOURCES = join(import.meta.dirname, "..", "images");

/** Starts the registry's container, unless it runs, and pushes the test images to it. */
export async function startRegistry(log: (line: string) => void): Promise<void> {
  if (!(await answers("docker", ["start", NAME]))) {
    log("Starting an image registry");
    const ports = ["--publish", `${REGISTRY}:5000`];
    await runCommand("docker", ["run", "--detach", "--name", NAME, ...ports, "registry:2"]);
  }
  for (const image of IMAGES) {
    const name = `${REGISTRY}/podflow-test/${image}`;
    const files = ["--file", join(import.meta.dirname, "Dockerfile"), SOURCES];
    await runCommand("docker", ["build", "--target", image, "--tag", name, ...files]);
    await runCommand("docker", ["push", name]);
  }
}

/** Lets the containers of this Docker network reach the registry. */
export async function joinNetwork(network: string): Promise<void> {
  const inspected = await runCommand("docker", [
    "inspect",
    "--format",
    "{{json .NetworkSettings.Networks}}",
    NAME,
  ]);
  if (inspected.includes(`"${network}":`)) return;
  await runCommand("docker", ["network", "connect", network, NAME]);
}
