import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderTemplate } from "#lib/expression/render.ts";
import type { Flow } from "#lib/flow/flow.ts";
import { readInputs } from "#lib/flow/input-values.ts";
import { parseFlow } from "#lib/flow/parse.ts";
import { catalogue } from "./catalogue.ts";
import { readProtocolLine } from "./stdout-protocol.ts";

const FOLDER = join(import.meta.dirname, "../flows/tutorial");
const names = (await readdir(FOLDER)).toSorted();
const now = (): Date => new Date("2026-01-31T12:00:00Z");
const execute = promisify(execFile);

async function flowOf(name: string): Promise<Flow> {
  const { flow, problems } = parseFlow(await readFile(join(FOLDER, name), "utf8"), catalogue);
  expect(problems).toEqual([]);
  if (flow === null) throw new Error(`${name} is no flow`);
  return flow;
}

test.each(names)(
  "%s is a flow that can run, with a description and without a secret",
  async (name) => {
    const flow = await flowOf(name);
    expect(flow).toMatchObject({ namespace: "tutorial", canRun: true });
    expect(flow.description.length).toBeGreaterThan(100);
  },
);

test.each(names)("%s needs nothing but a file to be executed", async (name) => {
  const { errors } = await readInputs(await flowOf(name), {}, { now });
  expect(Object.keys(errors).filter((id) => id !== "file")).toEqual([]);
});

describe("run by the shell of this machine", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tutorial-"));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  /** Runs the script tasks in order; a stored file's URI is its path behind `kestra://`. */
  async function run(flow: Flow, given: Record<string, unknown>, attemptsCount = 0) {
    const { values } = await readInputs(flow, given, { now });
    const outputs: Record<string, unknown> = {};
    const variables = {
      inputs: values,
      vars: flow.variables,
      outputs,
      taskrun: { attemptsCount },
      flow: { id: flow.id },
    };
    const render = async (text: string): Promise<string> =>
      renderTemplate(text, { variables, now });
    for (const task of flow.tasks) {
      const type = catalogue.find(task.type);
      const workingDir = join(folder, flow.id, task.id);
      const context = { render, workspace: { workingDir, outputDir: join(workingDir, "out") } };
      if (type?.kind === "worker" && task.type.endsWith("Return")) {
        outputs[task.id] = { value: await render(String(task.properties["format"])) };
      }
      if (type?.kind !== "script") continue;
      const plan = await type.plan(task, context);
      await mkdir(workingDir, { recursive: true });
      for (const { path, content } of plan.inputFiles) {
        await mkdir(dirname(join(workingDir, path)), { recursive: true });
        const bytes =
          content.kind === "text"
            ? content.text
            : await readFile(content.uri.slice("kestra://".length));
        await writeFile(join(workingDir, path), bytes);
      }
      const [program = "", ...rest] = plan.command;
      const { stdout } = await execute(program, rest, {
        cwd: workingDir,
        env: { ...process.env, ...plan.env },
      });
      const vars = stdout
        .split("\n")
        .map((line) => readProtocolLine(line))
        .flatMap((one) => (one !== null && "outputs" in one ? [one.outputs] : []));
      const outputFiles = Object.fromEntries(
        plan.outputFiles.map((name) => [name, `kestra://${workingDir}/${name}`]),
      );
      outputs[task.id] = { vars: Object.assign({}, ...vars), outputFiles, stdout };
    }
    return outputs;
  }

  test("the shell example copies a file byte for byte", async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(4096));
    const path = join(folder, "upload.bin");
    await writeFile(path, bytes);
    await run(await flowOf("1-shell.yaml"), { file: `kestra://${path}` });
    const copy = await readFile(join(folder, "shell_in_a_pod/shell/out.txt"));
    expect(new Uint8Array(copy)).toEqual(bytes);
  });

  test("outputs go from task to task", async () => {
    const outputs = await run(await flowOf("3-outputs.yaml"), { count: 4 });
    expect(outputs["sentence"]).toEqual({
      value: "The first 4 square numbers add up to 30; the largest is 16.",
    });
  });

  test("the retry example fails until its third attempt", async () => {
    const flow = await flowOf("4-retry.yaml");
    await expect(run(flow, {}, 0)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining("Not yet"),
    });
    await expect(run(flow, {}, 1)).rejects.toMatchObject({ code: 1 });
    expect(await run(flow, {}, 2)).toMatchObject({
      unsteady: { stdout: expect.stringContaining("Now it works") },
    });
  });
});
