import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bad, good, playExecution } from "#e2e/executions/play.ts";
import { openStage, type Stage } from "#e2e/executions/stage.ts";
import { listExecutions } from "#lib/executions/read.ts";
import { artifacts } from "#lib/store/artifacts.ts";
import { route } from "#lib/web/http.ts";
import { endLiveStreams } from "#lib/web/live-streams.ts";
import { dispatch } from "./dispatch.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const answerOf = route((request) => dispatch(request));

interface Answer {
  status: number;
  headers: Headers;
  // What the API answers is what the tests look at.
  // oxlint-disable-next-line typescript/no-explicit-any
  json: any;
}

async function call(operation: string, init: RequestInit = {}): Promise<Answer> {
  const [method, path] = operation.split(" ");
  const request = new Request(`http://localhost/api/v1${path}`, { method, ...init });
  const answer = await answerOf(request, { params: Promise.resolve({}) });
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json");
  const { status, headers } = answer;
  return { status, headers, json: isJson ? JSON.parse(text) : text };
}

const yaml = (body: string): RequestInit => ({
  body,
  headers: { "content-type": "application/x-yaml" },
});
const sourceOf = (id: string, more = ""): string => `id: ${id}
namespace: api.test
labels:
  team: blue
${more}tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: hello
`;
const INPUTS = `inputs:
  - id: n
    type: INT
    max: 10
  - id: data
    type: FILE
  - id: note
    type: STRING
    required: false
`;

test("a flow is created, read, found, updated and deleted as Kestra's clients do it", async () => {
  const created = await call("POST /flows", yaml(sourceOf("life")));
  expect(created.json).toMatchObject({
    id: "life",
    namespace: "api.test",
    revision: 1,
    disabled: false,
    deleted: false,
    labels: [{ key: "team", value: "blue" }],
    tasks: [{ id: "say", type: "io.kestra.plugin.core.log.Log", message: "hello" }],
    source: sourceOf("life"),
  });
  expect(await call("POST /flows", yaml(sourceOf("life")))).toMatchObject({
    status: 422,
    json: { _embedded: { errors: [{ path: "flow.id", message: "Flow id already exists" }] } },
  });
  const changed = sourceOf("life").replace("hello", "bye");
  expect((await call("PUT /flows/api.test/life", yaml(changed))).json.revision).toBe(2);
  expect((await call("GET /flows/api.test/life?revision=1&source=true")).json.source).toBe(
    sourceOf("life"),
  );
  expect((await call("GET /flows/api.test/life")).json.source).toBeUndefined();
  const revisions = await call("GET /flows/api.test/life/revisions");
  expect(revisions.json.map((one: { revision: number }) => one.revision)).toEqual([1, 2]);
  expect((await call("GET /flows/search?q=life")).json).toMatchObject({
    total: 1,
    results: [{ id: "life" }],
  });
  expect((await call("GET /flows/source?q=bye")).json.results).toMatchObject([
    { model: { id: "life" }, fragments: ["    message: [mark]bye[/mark]"] },
  ]);
  expect((await call("GET /flows/api.test")).json).toMatchObject([{ id: "life" }]);
  expect((await call("GET /flows/distinct-namespaces")).json).toContain("api.test");
  expect((await call("DELETE /flows/api.test/life")).status).toBe(204);
  expect((await call("GET /flows/api.test/life")).status).toBe(404);
});

test("a flow cannot be renamed by an update", async () => {
  await call("POST /flows", yaml(sourceOf("fixed")));
  const renamed = await call("PUT /flows/api.test/fixed", yaml(sourceOf("other")));
  expect(renamed).toMatchObject({
    status: 422,
    json: { _embedded: { errors: [{ path: "flow.id", message: "Illegal flow id update" }] } },
  });
  expect((await call("PUT /flows/api.test/nothing", yaml(sourceOf("nothing")))).status).toBe(404);
});

test("flows are validated without being saved, each document with its own result", async () => {
  const { json } = await call(
    "POST /flows/validate",
    yaml(`${sourceOf("fine")}---\nid: bad\nnamespace: api.test\ntasks: []\n`),
  );
  expect(json).toMatchObject([
    { index: 0, flow: "fine", namespace: "api.test", outdated: false, warnings: [] },
    { index: 1, flow: "bad", constraints: expect.stringMatching(/^line 3, column \d+: /) },
  ]);
  expect(json[0].constraints).toBeUndefined();
  expect((await call("GET /flows/api.test/fine")).status).toBe(404);
});

test.each([
  ["10 MB", yaml("x".repeat(10_000_000)), 413, /at most 1 MiB/],
  ["broken YAML", yaml("id: [x"), 422, /^Line 1, column \d+: /],
  ["bytes that are no text", yaml("\u00ff"), 422, /Line 1/],
])("a flow of %s is refused with a sentence", async (_, init, status, message) => {
  const answer = await call("POST /flows", init);
  expect(answer.status).toBe(status);
  expect(answer.json.message).toMatch(message);
});

test("an execution takes inputs, labels and files from a form, and runs to its end", async () => {
  await call("POST /flows", yaml(sourceOf("run", INPUTS)));
  const form = new FormData();
  form.append("n", "7");
  form.append("data", new File(["a,b\n"], "Größe 1.csv"));
  const { status, json } = await call(
    "POST /executions/api.test/run?labels=who:me:too&labels=x:y",
    { body: form },
  );
  expect({ status, json }).toMatchObject({
    status: 200,
    json: {
      namespace: "api.test",
      flowId: "run",
      flowRevision: 1,
      state: { current: "CREATED", histories: [{ state: "CREATED" }] },
      taskRunList: [],
      inputs: { n: 7, note: null },
      deleted: false,
    },
  });
  expect(json.labels).toEqual(
    expect.arrayContaining([
      { key: "team", value: "blue" },
      { key: "who", value: "me:too" },
      { key: "x", value: "y" },
    ]),
  );
  const path = `/executions/${json.id}`;
  const uri = encodeURIComponent(json.inputs.data);
  expect(await call(`GET ${path}/file?path=${uri}`)).toMatchObject({ status: 200, json: "a,b\n" });
  expect((await call(`GET ${path}/file/metas?path=${uri}`)).json).toEqual({ size: 4 });
  expect((await call(`GET ${path}/file?path=kestra:///etc/passwd`)).status).toBe(404);
  expect((await call(`DELETE ${path}`)).status).toBe(409);
  await playExecution(json.id, () => good);
  const ended = (await call(`GET ${path}`)).json;
  expect(ended).toMatchObject({
    state: { current: "SUCCESS", duration: expect.stringMatching(/^PT\d+(\.\d+)?S$/) },
    taskRunList: [
      {
        taskId: "say",
        executionId: json.id,
        outputs: { value: "x" },
        state: { current: "SUCCESS" },
        attempts: [{ state: { current: "SUCCESS" } }],
      },
    ],
  });
  const followed = await call(`GET ${path}/follow`);
  expect(followed.json).toMatch(/id: progress\ndata: \{.*\}\n\nid: end\ndata: \{/);
  expect((await call(`GET /logs/${json.id}`)).json).toEqual([]);
  expect((await call(`GET /metrics/${json.id}`)).json).toEqual({ results: [], total: 0 });
  expect((await call(`DELETE ${path}/kill`)).status).toBe(409);
  expect((await call(`DELETE ${path}`)).status).toBe(204);
  expect((await call(`GET ${path}`)).status).toBe(404);
});

test("an attempt that ended badly names its black box, which is a file of the execution", async () => {
  await call("POST /flows", yaml(sourceOf("broken")));
  const { json } = await call("POST /executions/api.test/broken");
  const uri = `kestra:///api/test/broken/${json.id}/say-black-box-1.yaml`;
  const body = Readable.from([Buffer.from("podflow: {}\n")]);
  const { key, size, sha256 } = await artifacts().put(body, 100);
  const name = "say-black-box-1.yaml";
  const blackBox = { uri, name, storageKey: key, size, sha256, isExecutable: false };
  await playExecution(json.id, () => ({ ...bad, blackBox }));
  const path = `/executions/${json.id}`;
  expect((await call(`GET ${path}`)).json.taskRunList).toMatchObject([
    { attempts: [{ state: { current: "FAILED" }, blackBox: uri }] },
  ]);
  const file = await call(`GET ${path}/file?path=${encodeURIComponent(uri)}`);
  expect(file).toMatchObject({ status: 200, json: "podflow: {}\n" });
});

test("a file is found for its input as Kestra's older clients send it", async () => {
  await call("POST /flows", yaml(sourceOf("older", INPUTS)));
  const form = new FormData();
  form.append("n", "1");
  form.append("files", new File(["old"], "data"));
  const { json } = await call("POST /executions/trigger/api.test/older", { body: form });
  const uri = encodeURIComponent(json.inputs.data);
  expect((await call(`GET /executions/${json.id}/file?path=${uri}`)).json).toBe("old");
});

test.each([
  ["a wrong input", { n: "many" }, "n", /`n`/],
  ["an input beyond its limit", { n: "11" }, "n", /less than/],
  ["a name that only nearly is that of an input", { m: "1" }, "m", /Did you mean `n`/],
])("%s is named and no execution is made", async (_, fields, path, message) => {
  await call("POST /flows", yaml(sourceOf("strict", INPUTS)));
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const answer = await call("POST /executions/api.test/strict", { body: form });
  expect(answer.status).toBe(422);
  const { errors } = answer.json._embedded;
  expect(errors.find((error: { path: string }) => error.path === path).message).toMatch(message);
  expect((await listExecutions({ flowId: "strict" }, null)).items).toEqual([]);
});

test("an input that nobody asked for is left out, as Kestra does, and the answer says so", async () => {
  await call("POST /flows", yaml(sourceOf("lenient", INPUTS)));
  const form = new FormData();
  form.append("n", "1");
  form.append("data", new File(["x"], "data.csv"));
  form.append("extra stuff", "x");
  form.append("unasked", new File(["x"], "x.csv"));
  const { status, json, headers } = await call("POST /executions/api.test/lenient", { body: form });
  expect(status).toBe(200);
  expect(Object.keys(json.inputs).toSorted()).toEqual(["data", "n", "note"]);
  expect(headers.get("podflow-ignored-inputs")).toBe("extra%20stuff, unasked");
});

test.each([
  ["../escape.csv", /may not contain/],
  ["/etc/passwd", /may not contain/],
  ["x".repeat(300), /at most 255/],
])("a file called %s is refused and nothing is made", async (name, message) => {
  await call("POST /flows", yaml(sourceOf("names", INPUTS)));
  const form = new FormData();
  form.append("n", "1");
  form.append("data", new File(["x"], name));
  const answer = await call("POST /executions/api.test/names", { body: form });
  expect(answer.status).toBe(422);
  expect(answer.json.message).toMatch(message);
  expect((await listExecutions({ flowId: "names" }, null)).items).toEqual([]);
});

test("executions are searched by flow, state and label, page by page", async () => {
  await call("POST /flows", yaml(sourceOf("many")));
  for (const number of [1, 2, 3]) {
    await call(`POST /executions/api.test/many?labels=number:${number}`);
  }
  const page = await call("GET /executions/search?namespace=api.test&flowId=many&size=2");
  expect(page.json).toMatchObject({ total: 3, results: [{ flowId: "many" }, { flowId: "many" }] });
  const labelled = await call("GET /executions/search?flowId=many&labels=number:2");
  expect(labelled.json).toMatchObject({ total: 1 });
  const none = await call(
    "GET /executions?namespace=api.test&flowId=many&state=SUCCESS&state=FAILED",
  );
  expect(none.json).toEqual({ results: [], total: 0 });
});

test("a request that waits is answered when the execution has ended", async () => {
  await call("POST /flows", yaml(sourceOf("waits")));
  const waiting = call("POST /executions/api.test/waits?wait=true");
  const started = await expect
    .poll(async () => (await listExecutions({ flowId: "waits" }, null)).items[0]?.id)
    .toBeTruthy()
    .then(async () => (await listExecutions({ flowId: "waits" }, null)).items[0]?.id ?? "");
  await playExecution(started, () => good);
  expect((await waiting).json.state.current).toBe("SUCCESS");
});

test("a request that waits is told when the server ends before the execution", async () => {
  await call("POST /flows", yaml(sourceOf("outlives")));
  const waiting = call("POST /executions/api.test/outlives?wait=true");
  await expect
    .poll(async () => (await listExecutions({ flowId: "outlives" }, null)).items.length)
    .toBe(1);
  const ending = setInterval(endLiveStreams, 20);
  expect(await waiting).toMatchObject({
    status: 503,
    json: { message: expect.stringMatching(/goes on/) },
  });
  clearInterval(ending);
});

test("what is not there says so, and never shows a stack", async () => {
  expect(await call("GET /nothing")).toMatchObject({ status: 404 });
  expect(await call("PATCH /flows/a/b")).toMatchObject({ status: 405 });
  expect(await call("GET /executions/%zz")).toMatchObject({ status: 400 });
  expect(await call("GET /executions/search?size=none")).toMatchObject({ status: 400 });
  const missing = await call("GET /executions/0000000000000000000000");
  expect(missing).toMatchObject({
    status: 404,
    json: { message: expect.stringMatching(/There is no execution/) },
  });
});

test("openapi.json has every operation with its parameters and answers", async () => {
  const { json } = await call("GET /openapi.json");
  expect(json.openapi).toBe("3.1.0");
  const create = json.paths["/api/v1/executions/{namespace}/{id}"].post;
  expect(create.parameters).toEqual([
    expect.objectContaining({ name: "namespace", in: "path", required: true }),
    expect.objectContaining({ name: "id", in: "path", required: true }),
    expect.objectContaining({ name: "labels", in: "query", required: false }),
    expect.objectContaining({ name: "wait", schema: expect.objectContaining({ type: "boolean" }) }),
    expect.objectContaining({ name: "revision", required: false }),
    expect.objectContaining({ name: "connection", required: false }),
  ]);
  const operations = Object.values(json.paths).flatMap((path) => Object.values(path as object));
  const ids = operations.map((operation: { operationId: string }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(20);
});
