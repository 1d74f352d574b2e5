import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeRunner } from "../contract-suite.ts";
import { createProcessRunner } from "./process-runner.ts";

describeRunner("process", async () => {
  const folder = await mkdtemp(join(tmpdir(), "podflow-process-"));
  const make = () => createProcessRunner({ folder, installationId: "contract" });
  return {
    runner: make(),
    another: () => Promise.resolve(make()),
    image: null,
    cleanUp: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
});
