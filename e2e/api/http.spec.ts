import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { request as send } from "node:http";
import { connect } from "node:net";
import { expect, test } from "@playwright/test";
import { Client } from "pg";

const url = process.env["PODFLOW_TEST_URL"] ?? "";
const { hostname, port } = new URL(url || "http://localhost");

/** A flow of the test's own with a FILE input. */
async function createFlow(): Promise<string> {
  const id = `http_${randomBytes(4).toString("hex")}`;
  const source = `id: ${id}
namespace: http
inputs:
  - id: data
    type: FILE
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: hello
`;
  const headers = { "content-type": "application/x-yaml" };
  const answer = await fetch(`${url}/api/v1/flows`, { method: "POST", headers, body: source });
  expect(answer.status, await answer.text()).toBe(200);
  return id;
}

function uploadPath(flowId: string, name: string): string {
  const query = new URLSearchParams({ namespace: "http", flowId, inputId: "data", name });
  return `/api/podflow/uploads?${query.toString()}`;
}

/** A request with headers that fetch does not let one set. */
async function ask(
  path: string,
  method: string,
  headers: Record<string, string>,
): Promise<{ status: number; body: string }> {
  const request = send({ hostname, port, path, method, headers });
  request.end();
  const [response] = await once(request, "response");
  let body = "";
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, body };
}

async function uploadsOf(flowId: string): Promise<number> {
  const client = new Client({ connectionString: process.env["PODFLOW_TEST_DATABASE"] });
  await client.connect();
  const { rows } = await client.query("SELECT 1 FROM artifacts WHERE flow_id = $1", [flowId]);
  await client.end();
  return rows.length;
}

for (const path of ["/flows", "/api/v1/flows/search", "/api/podflow/health", "/_next/static/x"]) {
  test(`a foreign Host gets nothing of ${path}`, async () => {
    const { status, body } = await ask(path, "GET", { host: "evil.example" });
    expect(status).toBe(403);
    expect(body).toContain("PODFLOW_ALLOWED_HOSTS");
  });
}

test("a page of another site can neither write nor listen", async () => {
  const foreign = { origin: "https://evil.example" };
  expect((await ask("/api/v1/flows", "POST", foreign)).status).toBe(403);
  expect((await ask("/api/podflow/health", "GET", foreign)).status).toBe(403);
  expect((await ask("/flows", "POST", { "sec-fetch-site": "cross-site" })).status).toBe(403);
  expect((await ask("/api/podflow/health", "GET", { origin: url })).status).toBe(200);
});

test("an upload of 20 MB arrives whole, under its own name", async () => {
  const bytes = randomBytes(20_000_000);
  const path = uploadPath(await createFlow(), "Größe 日本 1.bin");
  const answer = await fetch(url + path, { method: "PUT", body: bytes });
  expect(answer.status).toBe(201);
  expect(await answer.json()).toMatchObject({ name: "Größe 日本 1.bin", size: bytes.length });
});

test("an upload that is cut off in the middle leaves nothing", async () => {
  const flowId = await createFlow();
  const socket = connect(Number(port), hostname);
  const head = `PUT ${encodeURI(uploadPath(flowId, "cut.bin"))} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: 1000000\r\n\r\n`;
  socket.write(head);
  socket.write(Buffer.alloc(500_000));
  await new Promise((resolve) => setTimeout(resolve, 300));
  socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await uploadsOf(flowId)).toBe(0);
  const whole = await fetch(url + uploadPath(flowId, "cut.bin"), { method: "PUT", body: "again" });
  expect(whole.status).toBe(201);
  expect(await uploadsOf(flowId)).toBe(1);
});

for (const [name, reason] of [
  ["../escape.txt", "may not contain"],
  ["/etc/passwd", "may not contain"],
  ["a\u0000b", "control character"],
  ["x".repeat(300), "at most 255"],
  ["", "is empty"],
] as const) {
  test(`an upload called ${JSON.stringify(name.slice(0, 20))} is refused`, async () => {
    const flowId = await createFlow();
    const answer = await fetch(url + uploadPath(flowId, name), { method: "PUT", body: "x" });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain(reason);
    expect(await uploadsOf(flowId)).toBe(0);
  });
}

test("a flow of 10 MB is refused with the limit named", async () => {
  const answer = await fetch(`${url}/api/v1/flows`, {
    method: "POST",
    headers: { "content-type": "application/x-yaml" },
    body: "x".repeat(10_000_000),
  });
  expect(answer.status).toBe(413);
  expect(await answer.json()).toEqual({
    message: "A flow may have at most 1 MiB; this one has 9.5 MiB.",
  });
});

test("a form that is cut off makes no execution", async () => {
  const flowId = await createFlow();
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST /api/v1/executions/http/${flowId} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n--b\r\nContent-Disposition: form-data; name="data"; filename="cut"\r\n\r\nbegin`,
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const found = await fetch(`${url}/api/v1/executions/search?flowId=${flowId}`);
  expect(await found.json()).toEqual({ results: [], total: 0 });
  expect(await uploadsOf(flowId)).toBe(0);
});

test("a file of an execution comes in parts, as an attachment that no browser opens", async () => {
  const flowId = await createFlow();
  const form = new FormData();
  form.append("data", new File(["0123456789"], "page.html"));
  const started = await fetch(`${url}/api/v1/executions/http/${flowId}`, {
    method: "POST",
    body: form,
  });
  // What the API answers there.
  const execution = (await started.json()) as { id: string; inputs: { data: string } };
  const path = `${url}/api/podflow/executions/${execution.id}/file?uri=${encodeURIComponent(execution.inputs.data)}`;
  const part = await fetch(path, { headers: { range: "bytes=2-4" } });
  expect(part.status).toBe(206);
  expect(await part.text()).toBe("234");
  expect(part.headers.get("content-disposition")).toBe(
    "attachment; filename=\"page.html\"; filename*=UTF-8''page.html",
  );
  expect(part.headers.get("content-type")).toBe("application/octet-stream");
  expect(part.headers.get("x-content-type-options")).toBe("nosniff");
  expect(part.headers.get("content-security-policy")).toContain("sandbox");
  const other = await fetch(path.replace(execution.id, "0000000000000000000000"));
  expect(other.status).toBe(404);
  const archive = await fetch(`${url}/api/podflow/executions/${execution.id}/files.zip`);
  const bytes = Buffer.from(await archive.arrayBuffer());
  expect(bytes.subarray(0, 4).toString("latin1")).toBe("PK\u0003\u0004");
  expect(bytes.includes("inputs/page.html")).toBe(true);
});
