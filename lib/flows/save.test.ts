import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/database/test-database.ts";
import { AppError } from "#lib/core/app-error.ts";
import { closeDatabase, openDatabase } from "#lib/store/database.ts";
import { deleteFlow } from "./delete.ts";
import { getFlow, listRevisions } from "./read.ts";
import { saveFlow } from "./save.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  openDatabase(database.url, 10);
});
afterAll(async () => {
  await closeDatabase();
  await database.drop();
});

let count = 0;
const newName = (): string => `flow_${(count += 1)}`;
const sourceOf = (id: string, message = "hello", extra = ""): string =>
  `id: ${id}\nnamespace: test\n${extra}tasks:\n  - id: say\n    type: io.kestra.plugin.core.log.Log\n    message: ${message}\n`;
const at = (id: string, revision: number) => ({ namespace: "test", id, revision });

async function codeOf(saving: Promise<unknown>): Promise<string> {
  return saving.then(
    () => "saved",
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
}

test("every change of a source is a revision, and the same source again is none", async () => {
  const id = newName();
  expect(await saveFlow(sourceOf(id), "new")).toMatchObject({ revision: 1, isChanged: true });
  expect(await saveFlow(sourceOf(id), at(id, 1))).toMatchObject({ revision: 1, isChanged: false });
  expect(await saveFlow(sourceOf(id, "bye"), at(id, 1))).toMatchObject({ revision: 2 });
  expect((await getFlow({ namespace: "test", id })).source).toBe(sourceOf(id, "bye"));
  expect((await getFlow(at(id, 1))).source).toBe(sourceOf(id));
  expect(await listRevisions({ namespace: "test", id })).toMatchObject([
    { revision: 2, isCurrent: true },
    { revision: 1, isCurrent: false },
  ]);
});

test("a stale tab cannot overwrite what was saved after it was opened", async () => {
  const id = newName();
  await saveFlow(sourceOf(id), "new");
  await saveFlow(sourceOf(id, "newer"), at(id, 1));
  await expect(saveFlow(sourceOf(id, "stale"), at(id, 1))).rejects.toThrow(/revision 2 .*Nothing/);
  expect((await getFlow({ namespace: "test", id })).revision).toBe(2);
});

test("of two people who save at the same moment one wins and the other is told", async () => {
  const id = newName();
  await saveFlow(sourceOf(id), "new");
  const saves = Array.from({ length: 8 }, (_, index) =>
    codeOf(saveFlow(sourceOf(id, `from ${index}`), at(id, 1))),
  );
  expect((await Promise.all(saves)).toSorted()).toEqual([
    ...Array.from({ length: 7 }, () => "conflict"),
    "saved",
  ]);
  const created = newName();
  const creations = Array.from({ length: 4 }, () => codeOf(saveFlow(sourceOf(created), "new")));
  expect((await Promise.all(creations)).filter((code) => code === "saved")).toHaveLength(1);
});

test("a source under another name becomes another flow and takes no existing one's place", async () => {
  const [id, other, third] = [newName(), newName(), newName()];
  await saveFlow(sourceOf(id), "new");
  await saveFlow(sourceOf(other), "new");
  expect(await saveFlow(sourceOf(third), at(id, 1))).toMatchObject({ id: third, revision: 1 });
  expect((await getFlow({ namespace: "test", id })).revision).toBe(1);
  expect(await codeOf(saveFlow(sourceOf(other, "mine"), at(id, 1)))).toBe("conflict");
});

test("a deleted flow is gone, keeps its revisions, and its number goes on when it comes back", async () => {
  const id = newName();
  await saveFlow(sourceOf(id), "new");
  await deleteFlow({ namespace: "test", id });
  expect(await codeOf(getFlow({ namespace: "test", id }))).toBe("not-found");
  expect(await codeOf(deleteFlow({ namespace: "test", id }))).toBe("not-found");
  expect((await getFlow(at(id, 1))).isCurrent).toBe(false);
  expect(await codeOf(saveFlow(sourceOf(id, "stale"), at(id, 1)))).toBe("conflict");
  expect(await saveFlow(sourceOf(id), "new")).toMatchObject({ revision: 2, isChanged: true });
});

test.each([
  ["YAML that does not parse", "id: [", "invalid"],
  ["an unknown task type", sourceOf("x").replace("log.Log", "log.Lgo"), "invalid"],
  ["no tasks", "id: x\nnamespace: test\ntasks: []\n", "invalid"],
  ["a character that no database keeps", sourceOf("x", "a\u0000b"), "invalid"],
  ["10 MB", sourceOf("x", "x".repeat(10_000_000)), "too-large"],
])("%s is refused with its place", async (_, source, code) => {
  const error: unknown = await saveFlow(source, "new").catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "AppError", code });
  expect(String(error)).toMatch(code === "too-large" ? /1 MiB/ : /Line \d+, column \d+: /);
});

test("a label and a description with an escaped NUL do not keep a flow from being saved", async () => {
  const id = newName();
  const extra = 'description: "a\\0b"\nlabels:\n  key: "c\\0d"\n';
  await saveFlow(sourceOf(id, "hello", extra), "new");
  expect(await getFlow({ namespace: "test", id })).toMatchObject({
    description: "a\ufffdb",
    labels: { key: "c\ufffdd" },
  });
});

test("a flow with a part that cannot run yet is saved, and says so", async () => {
  const id = newName();
  const { problems } = await saveFlow(sourceOf(id, "hello", "concurrency:\n  limit: 1\n"), "new");
  expect(problems).toMatchObject([{ severity: "error", code: "unsupported" }]);
});
