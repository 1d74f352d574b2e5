import { expect, test } from "vitest";
import { ActionFailure, actionData, failureText } from "./query-client.ts";

const refused = {
  ok: false as const,
  error: { code: "invalid" as const, message: "The flow has 2 errors.", fields: { a: "b" } },
};

test("an action that was done gives its data", async () => {
  expect(await actionData(Promise.resolve({ ok: true, data: 7 }))).toBe(7);
});

test("an action that was refused throws what to say, with the fields that are wrong", async () => {
  const failure = await actionData(Promise.resolve(refused)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ActionFailure);
  expect(failure).toMatchObject({ code: "invalid", fields: { a: "b" } });
  expect(failureText(failure)).toBe("The flow has 2 errors.");
});

test("a lost connection is told without technical words", () => {
  expect(failureText(new TypeError("Failed to fetch"))).toMatch(/^Podflow does not answer/);
});
