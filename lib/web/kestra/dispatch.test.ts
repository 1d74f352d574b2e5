import { afterAll, beforeAll, expect, test } from "vitest";
import { bad, good, playExecution } from "#e2e/executions/play.ts";
import { openStage, type Stage } from "#e2e/executions/stage.ts";
import { route } from "#lib/web/http.ts";
import { dispatch } from "./dispatch.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const answerOf = route((request) => dispatch(request));

async function call(operation: string, init: RequestInit = {}) {
  const [method, path] = operation.split(" ");
  const request = new Request(`http://localhost/api/v1${path}`, { method, ...init });
  const answer = await answerOf(request, { params: Promise.resolve({}) });
  // What the API answers is what the tests look at.
  // oxlint-disable-next-line typescript/no-explicit-any
  const json: any = await answer.json();
  return { status: answer.status, headers: answer.headers, json };
}

const save = (id: string, ...lines: string[]) => {
  const task = [
    "tasks:",
    "  - id: say",
    "    type: io.kestra.plugin.core.log.Log",
    "    message: x",
  ];
  const body = [`id: ${id}`, "namespace: hostile", ...lines, ...task].join("\n");
  return call("POST /flows", { body, headers: { "content-type": "application/x-yaml" } });
};

test.each([
  "GET /flows/hostile/any?revision=99999999999",
  "GET /logs/any?attempt=99999999999",
  "GET /executions/search?startDate=0000-01-01T00:00:00Z",
  "GET /executions/search?namespace=%00",
  "GET /executions/search?q=%25%5C_",
  "GET /flows/search?q=%5B(a%2B)%2B%24",
  `GET /flows/${"x".repeat(5000)}/y`,
  "GET /flows/%00/%00",
  "GET /executions/%00/follow",
  "GET /executions/x/file?path=%00",
  "DELETE /executions/%00",
])("%s is answered without a fault of the server", async (operation) => {
  const { status, json } = await call(operation);
  expect(status).toBeLessThan(500);
  expect(JSON.stringify(json)).not.toMatch(/SELECT|syntax|\.ts|node_modules/);
});

test.each(["constructor", "toString", "hasOwnProperty"])(
  "an input may be called %s as any other",
  async (name) => {
    const id = name.toLowerCase();
    await save(id, "inputs:", `  - id: ${name}`, "    type: STRING");
    const missing = await call(`POST /executions/hostile/${id}`);
    expect(missing).toMatchObject({
      status: 422,
      json: { message: expect.stringMatching(/missing/) },
    });
    const form = new FormData();
    form.append(name, "given");
    const { json } = await call(`POST /executions/hostile/${id}`, { body: form });
    expect(json.inputs).toEqual({ [name]: "given" });
  },
);

test("names that objects have anyway change nothing", async () => {
  await save("names", "inputs:", "  - id: a.__proto__.b", "    type: STRING");
  const form = new FormData();
  form.append("a.__proto__.b", "x");
  const made = await call("POST /executions/hostile/names?labels=__proto__:x", { body: form });
  expect(made.status).toBe(200);
  form.append("__proto__", "y");
  const again = await call("POST /executions/hostile/names", { body: form });
  expect(again).toMatchObject({ status: 200, json: { inputs: made.json.inputs } });
  expect(again.headers.get("podflow-ignored-inputs")).toBe("__proto__");
  expect(({} as { b?: string }).b).toBeUndefined();
});

test.each(["&a [*a]", "&a {b: *a}"])(
  "a YAML input that contains itself is refused: %s",
  async (text) => {
    await save("circle", "inputs:", "  - id: y", "    type: YAML");
    const form = new FormData();
    form.append("y", text);
    const { status, json } = await call("POST /executions/hostile/circle", { body: form });
    expect(status).toBe(422);
    expect(json.message).toMatch(/`y`/);
  },
);

test.each(["variables: &a {b: *a}", "variables: {v: &a [*a]}", "labels: &a {b: *a}"])(
  "a flow that contains itself is refused: %s",
  async (line) => {
    const { status, json } = await save("circular", line);
    expect(status).toBe(422);
    expect(json.message).toMatch(/line 3|Line 3/);
  },
);

test("a form with more than it may have is refused while it comes", async () => {
  await save("form");
  const many = new URLSearchParams(Array.from({ length: 1001 }, (_, index) => [`f${index}`, "x"]));
  const tooMany = await call("POST /executions/hostile/form", { body: many });
  expect(tooMany).toMatchObject({ status: 413, json: { message: expect.stringMatching(/1000/) } });
  const large = new FormData();
  for (let index = 0; index < 20; index += 1) large.append(`f${index}`, "x".repeat(1_000_000));
  const tooLarge = await call("POST /executions/hostile/form", { body: large });
  expect(tooLarge).toMatchObject({
    status: 413,
    json: { message: expect.stringMatching(/16 MiB/) },
  });
});

test("thousands of documents are not validated in one request", async () => {
  const answer = await call("POST /flows/validate", {
    body: "id: a\n---\n".repeat(2000),
    headers: { "content-type": "application/x-yaml" },
  });
  expect(answer).toMatchObject({
    status: 413,
    json: { message: expect.stringMatching(/at most 200/) },
  });
});

test.each([
  ["POST /executions/webhook/a/b/key", /webhook/i],
  ["GET /executions/webhook/a/b/key", /webhook/i],
  ["POST /executions/0353NJUXfiFXJ89zE0oA4L/restart", /restart/i],
  ["POST /executions/0353NJUXfiFXJ89zE0oA4L/replay", /replay/i],
  ["GET /namespaces/a/kv", /key-value/i],
  ["GET /namespaces/a/files/directory", /files/i],
  ["GET /triggers/search", /trigger/i],
])("%s, which Kestra has, is said to be not there yet", async (operation, message) => {
  const { status, json } = await call(operation);
  expect(status).toBe(404);
  expect(json.message).toMatch(message);
  expect(json.message).toMatch(/not supported yet/);
});

test("an execution that failed says why and what to do, and so do its task runs", async () => {
  await save("fails");
  const { json } = await call("POST /executions/hostile/fails");
  expect(json.failure).toBeUndefined();
  const remedy = "Look at the log.";
  const failure = bad.failure && { ...bad.failure, remedy };
  await playExecution(json.id, () => ({ ...bad, failure }));
  const told = { kind: "exit", message: "Command failed with exit code 3", remedy };
  const ended = (await call(`GET /executions/${json.id}`)).json;
  expect(ended).toMatchObject({
    state: { current: "FAILED" },
    taskRunList: [{ failure: told, attempts: [{ failure: told }] }],
  });
  expect(ended.failure).toMatchObject(told);
});

test("a secret input is shown nowhere, also not by a flow's output or a condition", async () => {
  const secret = "correct-horse-battery";
  await save(
    "secrets",
    "inputs:",
    "  - id: token",
    "    type: SECRET",
    "outputs:",
    "  - id: leak",
    "    type: STRING",
    '    value: "is {{ inputs.token }}"',
  );
  const form = new FormData();
  form.append("token", secret);
  const { json } = await call("POST /executions/hostile/secrets", { body: form });
  expect(JSON.stringify(json)).not.toContain(secret);
  await playExecution(json.id, () => good);
  const ended = (await call(`GET /executions/${json.id}`)).json;
  expect(ended).toMatchObject({ inputs: { token: "********" }, outputs: { leak: "is ********" } });
});
