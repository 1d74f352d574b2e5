import { compileGlob, GlobError } from "#lib/flow/glob.ts";
import { hasExpression } from "#lib/flow/schema/parts.ts";
import type { TaskRemark } from "#lib/flow/task-catalogue.ts";
import { TaskFailure } from "../task-type.ts";
import { checkedPath } from "./input-files.ts";
import { KUBERNETES_RUNNER_TYPES } from "./kubernetes-runner.ts";
import { contractBreaches } from "./pod-contract.ts";
import { isWrittenOut } from "./registry-credentials.ts";
import { misspelledProperties } from "./pod-properties.ts";
import { DOCKER_RUNNER_TYPES } from "./runner-schema.ts";
import { movesFiles } from "./task-files.ts";

/**
 * What to say of valid properties that mean less here than in Kestra, and of a pod that breaks what
 * the task rests on.
 * @param type.isScriptFile whether a script of this type becomes a file
 */
export function reviewScript(
  properties: Record<string, unknown>,
  { isScriptFile, defaultImage }: { isScriptFile: boolean; defaultImage: string },
): TaskRemark[] {
  const remarks: TaskRemark[] = [];
  const say = (code: string, path: string[], message: string): void => {
    remarks.push({ severity: "warning", code, message, path });
  };
  const runner = mapOf(properties["taskRunner"]);
  if ((DOCKER_RUNNER_TYPES as readonly unknown[]).includes(runner["type"])) {
    say(
      "docker-runner",
      ["taskRunner", "type"],
      "Docker is not used: the task runs where the execution runs. Its other settings have no effect.",
    );
  }
  if (runner["resume"] === "false") {
    say(
      "ignored-property",
      ["taskRunner", "resume"],
      "`resume: false` has no effect: an interrupted task always goes on in its pod, so that it never runs twice.",
    );
  }
  if (isSyncInVain(runner["syncWorkingDirectory"], properties["outputFiles"])) {
    say(
      "ignored-property",
      ["taskRunner", "syncWorkingDirectory"],
      '`syncWorkingDirectory` has no effect: only `outputFiles` are kept, and no task has the working directory of another. Write `outputFiles: ["**"]` to keep all files.',
    );
  }
  for (const name of ["password", "auth"]) {
    if (!isWrittenOut(mapOf(runner["credentials"])[name])) continue;
    say(
      "plain-secret",
      ["taskRunner", "credentials", name],
      `\`${name}\` stands in the flow, where everybody who may read it sees it. Write \`{{ secret('NAME') }}\`.`,
    );
  }
  if (properties["runner"] !== undefined) {
    say("older-property", ["runner"], "`runner` is the older form of `taskRunner`.");
  }
  if (properties["docker"] !== undefined) {
    say(
      "older-property",
      ["docker"],
      "`docker` is the older form of `containerImage` and `taskRunner`.",
    );
  }
  return [
    ...remarks,
    ...wrongPatterns(properties),
    ...wrongNames(properties),
    ...wrongQuantities(runner["resources"], ["taskRunner", "resources"]),
    ...wrongQuantities(mapOf(runner["fileSidecar"])["resources"], [
      "taskRunner",
      "fileSidecar",
      "resources",
    ]),
    ...wrongPods(runner, movesFiles(properties, isScriptFile)),
    ...otherImages(runner, imageIn(properties) ?? defaultImage),
  ];
}

/** Whether it asks for files that are not kept anyway. */
function isSyncInVain(written: unknown, outputFiles: unknown): boolean {
  const keepsAll = Array.isArray(outputFiles) && outputFiles.includes("**");
  return written !== undefined && written !== "false" && !keepsAll;
}

/** Where the files are in every pod; an expression for it is looked at when it is rendered. */
const WORKING_DIR = "/kestra/working-dir";

/** What of the pod's own parts breaks what the task rests on. */
function wrongPods(runner: Record<string, unknown>, hasFiles: boolean): TaskRemark[] {
  if (!(KUBERNETES_RUNNER_TYPES as readonly unknown[]).includes(runner["type"])) return [];
  const { podSpec, containerSpec, containerDefaultSpec } = runner;
  const helperSpecs = [
    { path: ["fileSideCarSpec"], part: runner["fileSideCarSpec"] },
    { path: ["fileSidecar", "defaultSpec"], part: mapOf(runner["fileSidecar"])["defaultSpec"] },
  ];
  const parts = { podSpec, containerSpec, containerDefaultSpec, helperSpecs };
  const slips = misspelledProperties(runner).map(({ path, message }): TaskRemark => ({
    severity: "warning",
    code: "unknown-property",
    message,
    path: ["taskRunner", ...path],
  }));
  const facts = { workingDir: WORKING_DIR, movesFiles: hasFiles };
  const breaches = contractBreaches(parts, facts).map(({ path, message, remedy }): TaskRemark => ({
    severity: "error",
    code: "invalid-value",
    message: `${message} ${remedy}`,
    path: ["taskRunner", ...path],
  }));
  return [...breaches, ...slips];
}

/** The image that the task itself names. */
function imageIn(properties: Record<string, unknown>): string | undefined {
  const written = [properties["containerImage"], mapOf(properties["docker"])["image"]];
  return written.filter((image) => typeof image === "string").find((image) => image.trim() !== "");
}

/** Kestra takes the entry `main` of `podSpec` for defaults, so that the task's own image counts. */
function otherImages(runner: Record<string, unknown>, ofTask: string): TaskRemark[] {
  const { containers } = mapOf(runner["podSpec"]);
  if (!Array.isArray(containers) || mapOf(runner["containerSpec"])["image"]) return [];
  return containers.flatMap((container: unknown, index): TaskRemark[] => {
    const { name, image } = mapOf(container);
    const isOther = name === "main" && typeof image === "string" && image !== ofTask;
    if (!isOther) return [];
    const message = `podSpec's image \`${image}\` is what runs here; in Kestra it would be \`containerImage\`, \`${ofTask}\`. Write the image there alone.`;
    const path = ["taskRunner", "podSpec", "containers", index, "image"];
    return [{ severity: "warning", code: "other-image", message, path }];
  });
}

/** Patterns that can be read before the run are. */
function wrongPatterns(properties: Record<string, unknown>): TaskRemark[] {
  const written: unknown = properties["outputFiles"];
  if (!Array.isArray(written)) return [];
  return written.flatMap((pattern: unknown, index): TaskRemark[] => {
    if (typeof pattern !== "string" || hasExpression(pattern)) return [];
    try {
      compileGlob(pattern);
      return [];
    } catch (error) {
      if (!(error instanceof GlobError)) throw error;
      const path = ["outputFiles", index];
      return [{ severity: "error", code: "invalid-value", message: error.message, path }];
    }
  });
}

function wrongNames(properties: Record<string, unknown>): TaskRemark[] {
  return Object.keys(mapOf(properties["inputFiles"])).flatMap((name): TaskRemark[] => {
    if (hasExpression(name)) return [];
    try {
      checkedPath(name);
      return [];
    } catch (error) {
      if (!(error instanceof TaskFailure)) throw error;
      const message = `${error.failure.message} ${error.failure.remedy}`;
      return [{ severity: "error", code: "invalid-value", message, path: ["inputFiles", name] }];
    }
  });
}

const QUANTITY = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/;
const UNITS = "Write e.g. `500m` or `2` for cpu, and `128Mi` or `1Gi` for memory";

/** What the API server would refuse when the pod is created. */
function wrongQuantities(resources: unknown, at: string[]): TaskRemark[] {
  return Object.entries(mapOf(resources)).flatMap(([kind, quantities]) =>
    Object.entries(mapOf(quantities)).flatMap(([name, quantity]): TaskRemark[] => {
      if (typeof quantity !== "string" || hasExpression(quantity)) return [];
      if (QUANTITY.test(quantity)) return [];
      const message = `\`${name}\` is \`${quantity}\`, which is no quantity of Kubernetes. ${UNITS}.`;
      const path = [...at, kind, name];
      return [{ severity: "error", code: "invalid-value", message, path }];
    }),
  );
}

function mapOf(value: unknown): Record<string, unknown> {
  // Only own properties of a map are read.
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
