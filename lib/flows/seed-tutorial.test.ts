import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/database/test-database.ts";
import { closeDatabase, database, openDatabase } from "#lib/store/database.ts";
import { deleteFlow } from "./delete.ts";
import { readSource } from "./read-source.ts";
import { saveFlow } from "./save.ts";
import { seedTutorial } from "./seed-tutorial.ts";

const TUTORIAL = join(import.meta.dirname, "tutorial");
let testDatabase: TestDatabase;
let folder: string;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  openDatabase(testDatabase.url, 20);
  folder = await mkdtemp(join(tmpdir(), "podflow-tutorial-"));
  await cp(TUTORIAL, folder, { recursive: true });
});
afterAll(async () => {
  await closeDatabase();
  await testDatabase.drop();
  await rm(folder, { recursive: true });
});

test("every flow of the tutorial can run as it is", async () => {
  const files = await readdir(TUTORIAL);
  expect(files).toHaveLength(5);
  for (const file of files) {
    const { flow, problems } = readSource(await readFile(join(TUTORIAL, file), "utf8"));
    expect({ file, errors: problems.filter(({ severity }) => severity === "error") }).toEqual({
      file,
      errors: [],
    });
    expect(flow).toMatchObject({ namespace: "tutorial", canRun: true });
  }
});

test("several processes that start at once make each flow of the tutorial once", async () => {
  const made = await Promise.all([1, 2, 3, 4].map(() => seedTutorial(folder)));
  expect(made.flat()).toHaveLength(5);
  const flows = await database().flow.findMany();
  expect(flows.map(({ namespace, revision }) => [namespace, revision])).toEqual(
    Array.from({ length: 5 }, () => ["tutorial", 1]),
  );
});

test("a flow of the tutorial that was deleted stays deleted, and a new one comes", async () => {
  const [flow] = await database().flow.findMany({ take: 1 });
  await deleteFlow(flow ?? { namespace: "", id: "" });
  const source =
    "id: new_one\nnamespace: tutorial\ntasks:\n  - id: say\n    type: io.kestra.plugin.core.log.Log\n    message: hi\n";
  await writeFile(join(folder, "9-new.yaml"), source);
  await writeFile(join(folder, "a-persons-own.yaml"), source.replace("new_one", "own"));
  await saveFlow(source.replace("new_one", "own").replace("hi", "my own words"), "new");
  expect(await seedTutorial(folder)).toEqual(["9-new.yaml", "a-persons-own.yaml"]);
  const left = await database().flow.findMany({ where: { deletedAt: null } });
  expect(left).toHaveLength(6);
  expect(left.map(({ revision }) => revision)).toEqual([1, 1, 1, 1, 1, 1]);
});
