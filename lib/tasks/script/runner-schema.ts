import { z } from "zod";
import { required, type SoftIssue } from "#lib/flow/schema/parts.ts";
import { kubernetesRunnerSchema, pullPolicy } from "./kubernetes-runner.ts";

export const PROCESS_RUNNER_TYPES = [
  "io.kestra.plugin.core.runner.Process",
  "io.kestra.core.models.tasks.runners.types.ProcessTaskRunner",
] as const;
export const DOCKER_RUNNER_TYPES = [
  "io.kestra.plugin.scripts.runner.docker.Docker",
  "io.kestra.plugin.scripts.runner.docker.DockerTaskRunner",
] as const;
const LATER_RUNNER_TYPES = [
  "io.kestra.plugin.ee.aws.runner.Batch",
  "io.kestra.plugin.aws.runner.AwsBatchTaskRunner",
  "io.kestra.plugin.ee.azure.runner.Batch",
  "io.kestra.plugin.azure.runner.AzureBatchTaskRunner",
  "io.kestra.plugin.ee.gcp.runner.Batch",
  "io.kestra.plugin.gcp.runner.GcpBatchTaskRunner",
  "io.kestra.plugin.ee.gcp.runner.CloudRun",
  "io.kestra.plugin.gcp.runner.GcpCloudRunTaskRunner",
] as const;

const process = z.strictObject({
  type: required(z.enum(PROCESS_RUNNER_TYPES), "Runs the task as a process of this machine."),
});

const docker = z
  .looseObject({
    type: required(
      z.enum(DOCKER_RUNNER_TYPES),
      "Runs the task where the execution runs: Docker itself is not used.",
    ),
    pullPolicy: pullPolicy.optional(),
  })
  .meta({ markdownDescription: "Docker's own settings have no effect." });

const elsewhere = z
  .looseObject({ type: z.enum(LATER_RUNNER_TYPES) })
  .superRefine((value, context) => {
    const soft: SoftIssue = "unsupported";
    const message = `The task runner \`${value.type}\` is not supported yet`;
    context.addIssue({ code: "custom", message, params: { soft }, path: [] });
  });

/** `taskRunner`: where the task runs, by every name that runners had. */
export const taskRunnerSchema = z
  .discriminatedUnion("type", [kubernetesRunnerSchema, process, docker, elsewhere])
  .meta({ id: "TaskRunner" });
