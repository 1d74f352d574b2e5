import { expect, test } from "vitest";
import { parseFlow } from "#lib/flow/parse.ts";
import { catalogue } from "../catalogue.ts";
import { type ScriptPlan, type TaskContext, TaskFailure } from "../task-type.ts";
import { planSecrets } from "./plan-secrets.ts";

const context: TaskContext = {
  workspace: { workingDir: "/kestra/working-dir", outputDir: "/kestra/working-dir/out" },
  render: async (text) =>
    text.replaceAll("{{ secret('PW') }}", "s3cret").replaceAll("{{ secret('NONE') }}", ""),
};

const flowWith = (runner: string): string =>
  "id: a\nnamespace: b\ntasks:\n  - id: t\n" +
  "    type: io.kestra.plugin.scripts.shell.Commands\n    commands: [a]\n    taskRunner:\n" +
  `      type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes\n      ${runner}\n`;

async function planned(runner: string): Promise<ScriptPlan> {
  const task = parseFlow(flowWith(runner), catalogue).flow?.tasks[0];
  const type = catalogue.find(task?.type ?? "");
  if (task === undefined || type?.kind !== "script") throw new Error("It is no flow.");
  return type.plan(task, context);
}

const none = { registry: null, username: null, password: null, auth: null };

test.each([
  [
    "{registry: ghcr.io, username: me, password: \"{{ secret('PW') }}\"}",
    { ...none, registry: "ghcr.io", username: "me", password: "s3cret" },
    ["s3cret", "bWU6czNjcmV0"],
  ],
  ['{auth: "bWU6\\n cHc="}', { ...none, auth: "bWU6cHc=" }, ["bWU6cHc=", "pw"]],
])("credentials %s are rendered, and what is secret in them is known", async (...parts) => {
  const [text, credentials, secrets] = parts;
  const plan = await planned(`credentials: ${text}`);
  expect(plan.kubernetes.credentials).toEqual(credentials);
  expect(planSecrets(plan)).toEqual(secrets);
});

test.each([
  ["{username: me}", "credentials", /`username` and `password`, or `auth`/],
  ["{registry: ghcr.io}", "credentials", /`username` and `password`, or `auth`/],
  ["{user: me, auth: bWU6cHc=}", "user", /user/],
])("credentials %s are refused at their place", (text, place, message) => {
  const { flow, problems } = parseFlow(flowWith(`credentials: ${text}`), catalogue);
  expect(flow).toBeNull();
  expect(problems[0]?.message).toMatch(message);
  expect(problems[0]?.range.startLine).toBe(9);
  expect(flowWith(`credentials: ${text}`)).toContain(place);
});

test("a password that stands in the flow is warned of, one by secret() is not", () => {
  const problemsOf = (password: string) =>
    parseFlow(flowWith(`credentials: {username: me, password: ${password}}`), catalogue).problems;
  expect(problemsOf("plain")).toMatchObject([{ severity: "warning", code: "plain-secret" }]);
  expect(problemsOf("\"{{ secret('PW') }}\"")).toEqual([]);
});

test.each([
  ["{username: me, password: \"{{ secret('NONE') }}\"}", "password"],
  ["{auth: bm90aGluZw==}", "auth"],
])("credentials %s fail the task before any pod, without showing them", async (text, name) => {
  const failure: unknown = await planned(`credentials: ${text}`).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TaskFailure);
  expect(failure).toMatchObject({
    path: ["taskRunner", "credentials", name],
    failure: { kind: "config", message: expect.not.stringContaining("bm90aGluZw") },
  });
});

test.each([
  ["job: true", true],
  ["job: {}", true],
  ["job: false", false],
  ["delete: true", false],
])("%s: whether a Job makes the pod is %s", async (runner, isJob) => {
  expect((await planned(runner)).kubernetes.asJob).toBe(isJob);
});
