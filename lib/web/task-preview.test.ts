import { expect, test } from "vitest";
import { route } from "./http.ts";
import { taskPreviewResponse } from "./task-preview.ts";

const handle = route((request) => taskPreviewResponse(request));

function ask(body: string): Promise<Response> {
  const request = new Request("http://localhost/api/podflow/preview", { method: "POST", body });
  return handle(request, { params: Promise.resolve({}) });
}

test.each([
  ["no JSON", "source: x", 400, /is no JSON/],
  ["no source", "{}", 400, /source/],
  ["a line before the first", '{"source": "", "line": 0}', 400, /line/],
  ["too much", JSON.stringify({ source: "x".repeat(5 * 1024 ** 2) }), 413, /at most 4/],
  ["a source with an error", '{"source": "id: x"}', 422, /has an error in line \d+\. Correct it/],
])("a question with %s is refused with what to do", async (_name, body, status, message) => {
  const answer = await ask(body);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ message: expect.stringMatching(message) });
});
