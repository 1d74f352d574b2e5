import { afterAll, beforeAll, expect, test } from "vitest";
import {
  logTask,
  NAMESPACE as namespace,
  openStage,
  someExecution,
  someFlow,
  type Stage,
} from "#e2e/executions/stage.ts";
import { getExecution } from "#lib/executions/read.ts";
import { storeUpload } from "#lib/executions/upload.ts";
import { artifacts } from "#lib/store/artifacts.ts";
import { pool } from "#lib/store/database.ts";
import { zipEntries, zipResponse } from "./zip.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const file = (name: string) => ({ uri: `kestra:///${name}`, name, size: 1, sha256: "" });
const run = (taskId: string, value: string | null, ...names: string[]) => ({
  taskId,
  value,
  files: names.map(file),
});

test("inputs and each task have a folder, and nothing leaves the archive's own", () => {
  const taskRuns = [
    run("copy", null, "out.txt", "deep/out.txt"),
    run("each", "a/../b", "x"),
    run("evil", null, "../../etc/passwd", "/abs", String.raw`..\win`),
    run("copy", null, "out.txt"),
  ];
  // Of a task run only these are read.
  const entries = zipEntries({ inputFiles: [file("data.csv")], taskRuns } as never);
  expect(entries.map(({ path }) => path)).toEqual([
    "inputs/data.csv",
    "copy/out.txt",
    "copy/deep/out.txt",
    "each/a/_/b/x",
    "evil/_/_/etc/passwd",
    "evil/abs",
    "evil/.._win",
    "copy/out.txt (2)",
  ]);
});

async function executionWithFile(): Promise<string> {
  const inputs = ["inputs:", "  - id: data", "    type: FILE"];
  const flowId = await someFlow(...inputs, "tasks:", ...logTask("a"));
  const { uri } = await storeUpload({
    namespace,
    flowId,
    inputId: "data",
    name: "Größe.txt",
    body: (async function* () {
      yield Buffer.from("content of the file");
    })(),
    expectedBytes: null,
    maxBytes: 1000,
  });
  return someExecution(flowId, { data: uri });
}

test("an archive has the files whole", async () => {
  const answer = zipResponse(await getExecution(await executionWithFile()));
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(bytes.subarray(0, 4).toString("latin1")).toBe("PK\u0003\u0004");
  expect(bytes.includes(Buffer.from("inputs/Größe.txt"))).toBe(true);
  // The end of the archive, which names how many entries it has.
  expect(bytes.readUInt16LE(bytes.length - 12)).toBe(1);
});

test("an archive that cannot be finished breaks off instead of looking whole", async () => {
  const id = await executionWithFile();
  const answer = zipResponse(await getExecution(id));
  const { rows } = await pool().query<{ storage_key: string }>(
    "SELECT storage_key FROM artifacts WHERE execution_id = $1",
    [id],
  );
  await artifacts().delete(rows[0]?.storage_key ?? "");
  await expect(answer.arrayBuffer()).rejects.toThrow(/ENOENT|cannot be read|no such/i);
});
