import { z } from "zod";
import { hasExpression, optional, text } from "#lib/flow/schema/parts.ts";
import { taskFailure } from "../task-failure.ts";
import { type ScriptPlan, type TaskContext, TaskFailure } from "../task-type.ts";
import { renderOptional } from "./render.ts";

const INCOMPLETE = "must have `username` and `password`, or `auth`";

/** `credentials` of the Kubernetes runner (LANGUAGE.md 1.2). */
export const credentialsSchema = z
  .strictObject({
    registry: optional(text(), "Host of the registry. Default: the one of `containerImage`."),
    username: optional(text(), "User of the registry."),
    password: optional(text(), "Password or token, best as `{{ secret('NAME') }}`."),
    auth: optional(text(), "base64 of `username:password`, instead of these two."),
  })
  .superRefine(({ username, password, auth }, context) => {
    if (auth !== undefined || (username !== undefined && password !== undefined)) return;
    context.addIssue({ code: "custom", message: INCOMPLETE, path: [] });
  })
  .meta({
    id: "RegistryCredentials",
    markdownDescription:
      "Login to the image's registry. It becomes a pull secret in the cluster that is made before " +
      "the pod and goes with it, which takes the permission to create, patch and delete secrets.",
  });

type Written = z.output<typeof credentialsSchema>;

/** @throws TaskFailure for a login that no registry could take; it never shows the login */
export async function registryCredentials(
  written: Written | undefined,
  context: TaskContext,
): Promise<ScriptPlan["kubernetes"]["credentials"]> {
  if (written === undefined) return null;
  const part = async (name: keyof Written): Promise<string | null> =>
    (await renderOptional(written[name], `taskRunner.credentials.${name}`, context)) || null;
  const auth = (await part("auth"))?.replaceAll(/\s/g, "") ?? null;
  const username = await part("username");
  const password = await part("password");
  if (auth === null && (username === null || password === null)) {
    throw refusal(`\`credentials\` ${INCOMPLETE}; what is written is empty.`, [
      username === null ? "username" : "password",
    ]);
  }
  if (auth !== null && !Buffer.from(auth, "base64").toString().includes(":")) {
    throw refusal("`credentials.auth` is not base64 of `username:password`.", ["auth"]);
  }
  return { registry: (await part("registry"))?.trim() ?? null, username, password, auth };
}

function refusal(message: string, path: string[]): TaskFailure {
  const remedy =
    "Give `username` and `password`, or take `auth` from a config.json of docker login.";
  const { failure } = taskFailure("config", message, remedy);
  return new TaskFailure(failure, ["taskRunner", "credentials", ...path]);
}

/** Whether a secret stands in the flow for everybody who may read it. */
export function isWrittenOut(value: unknown): boolean {
  return typeof value === "string" && value !== "" && !hasExpression(value);
}
