import { expect, test } from "vitest";
import { z } from "zod";
import { AppError } from "#lib/core/app-error.ts";
import { action } from "./action.ts";
import { route } from "./http.ts";

const request = new Request("http://localhost/api/podflow/x");
const context = { params: Promise.resolve({}) };
const secret = "password=hunter2";

test("a refusal has its status, its sentence, and a message for each field", async () => {
  const answer = await route(async () => {
    throw new AppError("invalid", "The input `n` is wrong.", { fields: { n: "no number" } });
  })(request, context);
  expect(answer.status).toBe(422);
  expect(await answer.json()).toEqual({
    message: "The input `n` is wrong.",
    _embedded: { errors: [{ path: "n", message: "no number" }] },
  });
});

test("what should not fail says under which id the log has it, and nothing of itself", async () => {
  const answer = await route(async () => {
    throw new Error(secret);
  })(request, context);
  expect(answer.status).toBe(500);
  const text = await answer.text();
  expect(text).toMatch(/request [0-9A-Za-z]{22}/);
  expect(text).not.toContain(secret);
  expect(text).not.toContain("http.test.ts");
});

test("a database that is away is a reason to come back, not a fault", async () => {
  const away = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  const answer = await route(async () => {
    throw new Error("query failed", { cause: away });
  })(request, context);
  expect(answer.status).toBe(503);
  expect(await answer.text()).toMatch(/try again in a moment/);
});

test("a character that the database cannot keep is the sender's to change", async () => {
  const refused = Object.assign(new Error("invalid byte sequence"), { code: "22021" });
  const answer = await route(async () => {
    throw new Error("query failed", { cause: refused });
  })(request, context);
  expect(answer.status).toBe(400);
  expect(await answer.text()).toMatch(/NUL/);
});

test("every answer tells browsers to take it for nothing but data", async () => {
  const answer = await route(async () => new Response("<script>"))(request, context);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "x-content-type-options": "nosniff",
    "content-security-policy": expect.stringContaining("sandbox"),
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
  });
});

test("an action answers with a value whatever happens in it", async () => {
  const schema = z.object({ n: z.number() });
  const double = action(schema, async ({ n }) => n * 2);
  expect(await double({ n: 2 })).toEqual({ ok: true, data: 4 });
  // A browser can send anything.
  const wrong: unknown = { n: "2" };
  expect(await double(wrong as { n: number })).toMatchObject({
    ok: false,
    error: { code: "malformed", fields: { n: expect.any(String) } },
  });
  const refuses = action(schema, async () => {
    throw new AppError("conflict", "Somebody was faster.");
  });
  expect(await refuses({ n: 1 })).toEqual({
    ok: false,
    error: { code: "conflict", message: "Somebody was faster.", fields: {} },
  });
  const fails = action(schema, async () => {
    throw new Error(secret);
  });
  const failed = await fails({ n: 1 });
  expect(failed).toMatchObject({ ok: false, error: { code: "internal" } });
  expect(JSON.stringify(failed)).not.toContain(secret);
});
