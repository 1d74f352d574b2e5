import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { executeByKestraPackage } from "./kestra-client.ts";

const url = process.env["PODFLOW_TEST_URL"] ?? "";

async function createFlow(source: string): Promise<void> {
  const answer = await fetch(`${url}/api/v1/flows`, {
    method: "POST",
    headers: { "content-type": "application/x-yaml" },
    body: source,
  });
  expect(answer.status, await answer.text()).toBe(200);
}

async function getJson<T>(path: string): Promise<T> {
  const answer = await fetch(url + path);
  expect(answer.status).toBe(200);
  // The test says what the API answers there.
  return (await answer.json()) as T;
}

test("the kestra package of Python runs a flow here and gets its result", async () => {
  const id = `client_${randomBytes(4).toString("hex")}`;
  await createFlow(`id: ${id}
namespace: client
inputs:
  - id: who
    type: STRING
tasks:
  - id: greet
    type: io.kestra.plugin.core.log.Log
    message: "Hello {{ inputs.who }}"
  - id: answer
    type: io.kestra.plugin.core.debug.Return
    format: "{{ inputs.who }}!"
`);
  for (const tenant of [undefined, "main"]) {
    const result = await executeByKestraPackage(url, {
      namespace: "client",
      flowId: id,
      inputs: { who: "Grüße" },
      labelsFromInputs: true,
      ...(tenant !== undefined && { tenant }),
    });
    expect(result.status).toBe("SUCCESS");
    expect(result.log).toContain("Hello Grüße");
    const execution = await getJson<{
      labels: object[];
      taskRunList: { taskId: string; outputs: object }[];
    }>(`/api/v1/executions/${result.execution_id}`);
    expect(execution.labels).toContainEqual({ key: "who", value: "Grüße" });
    expect(execution.taskRunList).toMatchObject([
      { taskId: "greet" },
      { taskId: "answer", outputs: { value: "Grüße!" } },
    ]);
  }
});

test("the kestra package hears of a flow that fails", async () => {
  const id = `client_${randomBytes(4).toString("hex")}`;
  await createFlow(`id: ${id}
namespace: client
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: about to fail
  - id: stop
    type: io.kestra.plugin.core.execution.Fail
    errorMessage: on purpose
`);
  const result = await executeByKestraPackage(url, { namespace: "client", flowId: id });
  expect(result.status).toBe("FAILED");
  expect(result.log).toContain("about to fail");
});

test("a file sent by the kestra package comes back byte for byte", async () => {
  const id = `client_${randomBytes(4).toString("hex")}`;
  await createFlow(`id: ${id}
namespace: client
inputs:
  - id: data
    type: FILE
tasks:
  - id: copy
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    inputFiles:
      in.bin: "{{ inputs.data }}"
    outputFiles:
      - out.bin
    commands:
      - cp in.bin out.bin
`);
  const folder = mkdtempSync(join(tmpdir(), "podflow-client-"));
  const bytes = randomBytes(100_000);
  writeFileSync(join(folder, "random.bin"), bytes);
  const result = await executeByKestraPackage(url, {
    namespace: "client",
    flowId: id,
    files: { data: { name: "random.bin", path: join(folder, "random.bin") } },
  });
  rmSync(folder, { recursive: true });
  expect(result.status, result.log).toBe("SUCCESS");
  const execution = await getJson<{
    taskRunList: [{ outputs: { outputFiles: Record<string, string> } }];
  }>(`/api/v1/executions/${result.execution_id}`);
  const uri = encodeURIComponent(execution.taskRunList[0].outputs.outputFiles["out.bin"] ?? "");
  const file = `/api/v1/executions/${result.execution_id}/file`;
  expect(await getJson(`${file}/metas?path=${uri}`)).toEqual({ size: bytes.length });
  const answer = await fetch(`${url}${file}?path=${uri}`);
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
});
