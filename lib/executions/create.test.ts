import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  logTask,
  NAMESPACE as namespace,
  openStage,
  someExecution as create,
  someFlow as flow,
  type Stage,
} from "#e2e/executions/stage.ts";
import { good, playExecution as run } from "#e2e/executions/play.ts";
import { text } from "node:stream/consumers";
import { pool } from "#lib/store/database.ts";
import { createExecution } from "./create.ts";
import { deleteExecution } from "./delete.ts";
import { lastInputs } from "./last-inputs.ts";
import { getExecution, listExecutions } from "./read.ts";
import { findFile, listFiles } from "./read-files.ts";
import { storeUpload } from "./upload.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const plain = () => flow("tasks:", ...logTask("a"));

describe("what was accepted", () => {
  it("is only what can run", async () => {
    const request = { namespace, labels: {}, connectionId: null };
    await expect(
      createExecution({ ...request, flowId: "nowhere", inputs: {} }),
    ).rejects.toMatchObject({ code: "not-found" });
    const disabled = await flow("disabled: true", "tasks:", ...logTask("a"));
    await expect(
      createExecution({ ...request, flowId: disabled, inputs: {} }),
    ).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("is disabled") });
    const later = await flow(
      "tasks:",
      "  - id: p",
      "    type: io.kestra.plugin.core.flow.Parallel",
      "    tasks:",
      ...logTask("a").map((line) => `    ${line}`),
    );
    await expect(createExecution({ ...request, flowId: later, inputs: {} })).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining("Line 5"),
    });
    await expect(
      createExecution({ ...request, flowId: await plain(), revision: 7, inputs: {} }),
    ).rejects.toMatchObject({ code: "not-found" });
  });

  it("has right inputs, or nothing is made", async () => {
    const flowId = await flow(
      "inputs:",
      "  - id: n",
      "    type: INT",
      "  - id: f",
      "    type: FILE",
      "tasks:",
      ...logTask("a"),
    );
    await expect(create(flowId, { n: "many" })).rejects.toMatchObject({
      code: "invalid",
      fields: { n: expect.stringContaining("`n`"), f: expect.stringContaining("missing") },
    });
    await expect(create(flowId, { n: 1, f: "kestra:///a/b" })).rejects.toMatchObject({
      fields: { f: expect.stringContaining("Choose the file again") },
    });
    expect((await listExecutions({ flowId }, null)).items).toEqual([]);
  });
});

describe("files", () => {
  const bytes = Buffer.from("a,b\n1,2\n");
  async function* body(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  const upload = (flowId: string, name = "../data 1.csv") =>
    storeUpload({
      namespace,
      flowId,
      inputId: "f",
      name,
      body: body(),
      expectedBytes: bytes.length,
      maxBytes: 100,
    });
  const withFile = () => flow("inputs:", "  - id: f", "    type: FILE", "tasks:", ...logTask("a"));

  it("become the execution's own, and can be used again", async () => {
    const flowId = await withFile();
    const { uri, name } = await upload(flowId);
    expect(name).toBe("data 1.csv");
    const first = await create(flowId, { f: uri });
    const { inputs, inputFiles } = await getExecution(first);
    expect(inputs["f"]).toBe(
      `kestra:///test/stage/${flowId}/executions/${first}/inputs/f/data%201.csv`,
    );
    expect(inputFiles).toMatchObject([{ uri: inputs["f"], name: "data 1.csv", size: 8 }]);
    const last = await lastInputs({ namespace, flowId });
    const second = await create(flowId, { f: last?.["f"] });
    await run(first, () => good);
    await deleteExecution(first);
    const [file] = await listFiles(second);
    const opened = await findFile(second, file?.uri ?? "");
    expect(await text(opened.open())).toBe(bytes.toString());
    await expect(findFile(second, String(inputs["f"]))).rejects.toMatchObject({
      code: "not-found",
    });
  });

  it("of an upload that broke off leave nothing", async () => {
    const flowId = await withFile();
    await expect(
      storeUpload({
        namespace,
        flowId,
        inputId: "f",
        name: "x",
        body: body(),
        expectedBytes: 9,
        maxBytes: 100,
      }),
    ).rejects.toMatchObject({ code: "malformed", message: expect.stringContaining("8 of 9") });
    const { rows } = await pool().query("SELECT 1 FROM artifacts WHERE flow_id = $1", [flowId]);
    expect(rows).toEqual([]);
  });

  it("of another flow are not taken", async () => {
    const { uri } = await upload(await withFile());
    await expect(create(await withFile(), { f: uri })).rejects.toMatchObject({ code: "invalid" });
  });
});

describe("secrets", () => {
  it("are in the database only encrypted, and in expressions only in the clear", async () => {
    const flowId = await flow(
      "inputs:",
      "  - id: login.password",
      "    type: SECRET",
      "tasks:",
      ...logTask("a", `runIf: "{{ inputs.login.password == 'hunter22' }}"`),
    );
    const id = await create(flowId, { "login.password": "hunter22" });
    const { rows } = await pool().query("SELECT inputs FROM executions WHERE id = $1", [id]);
    expect(JSON.stringify(rows)).not.toContain("hunter22");
    await run(id, () => good);
    const execution = await getExecution(id);
    expect(execution.taskRuns[0]?.state).toBe("SUCCESS");
    expect(execution.inputs).toEqual({ login: { password: "********" } });
    expect(await lastInputs({ namespace, flowId })).toEqual({});
  });
});

describe("a connection that is not there", () => {
  it("is refused before anything is made", async () => {
    const request = { namespace, inputs: {}, labels: {}, connectionId: "context:nowhere" };
    await expect(createExecution({ ...request, flowId: await plain() })).rejects.toMatchObject({
      code: "invalid",
      fields: { connectionId: expect.stringContaining("context:nowhere") },
    });
  });
});
