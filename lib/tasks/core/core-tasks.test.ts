import { describe, expect, test } from "vitest";
import { parseFlow } from "#lib/flow/parse.ts";
import { catalogue } from "../catalogue.ts";
import { TaskFailure, type WorkerTaskContext } from "../task-type.ts";

interface Seen {
  log: [string, string][];
  waited: Date[];
}

async function run(type: string, body: string): Promise<{ outputs: unknown; seen: Seen }> {
  const source = `id: a\nnamespace: b\ntasks:\n  - {id: t, type: ${type}, ${body}}\n`;
  const { flow, problems } = parseFlow(source, catalogue);
  const task = flow?.tasks[0];
  const found = catalogue.find(type);
  if (task === undefined || found?.kind !== "worker") throw new Error(JSON.stringify(problems));
  const seen: Seen = { log: [], waited: [] };
  const context: WorkerTaskContext = {
    workspace: { workingDir: "/w", outputDir: "/w/out" },
    render: async (text) => text.replaceAll("{{ flow.id }}", "a").replaceAll("{{ 0 }}", "0"),
    log: (level, message) => seen.log.push([level, message]),
    startedAt: new Date("2026-01-01T00:00:00Z"),
    waitUntil: async (moment) => {
      seen.waited.push(moment);
    },
  };
  return { ...(await found.run(task, context)), seen };
}

describe("Log", () => {
  test.each([
    ["message: 'in {{ flow.id }}'", [["INFO", "in a"]]],
    [
      "message: [x, 1], level: warn",
      [
        ["WARN", "x"],
        ["WARN", "1"],
      ],
    ],
  ])("with %s writes %j", async (body, log) => {
    expect((await run("io.kestra.plugin.core.log.Log", body)).seen.log).toEqual(log);
  });
});

test("Return gives its text, and null without one", async () => {
  expect(
    (await run("io.kestra.core.tasks.debugs.Return", "format: '{{ flow.id }}!'")).outputs,
  ).toEqual({ value: "a!" });
  expect((await run("io.kestra.plugin.core.debug.Return", "disabled: false")).outputs).toEqual({
    value: null,
  });
});

test("Sleep waits from the attempt's start, whoever goes on with it", async () => {
  const { seen } = await run("io.kestra.plugin.core.flow.Sleep", "duration: PT90S");
  expect(seen.waited).toEqual([new Date("2026-01-01T00:01:30Z")]);
});

test("Sleep with what turns out to be no duration fails and says so", async () => {
  const failure = await run("io.kestra.plugin.core.flow.Sleep", "duration: '{{ flow.id }}'").catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(TaskFailure);
  expect(failure).toMatchObject({ message: "`duration` is `a`, which is no duration." });
});

describe("Fail", () => {
  test.each([
    ["disabled: false", "Task failure"],
    ["errorMessage: 'no {{ flow.id }}'", "no a"],
    ["condition: 'x'", "Task failure"],
  ])("with %s fails", async (body, message) => {
    const failure = await run("io.kestra.core.tasks.executions.Fail", body).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(TaskFailure);
    expect(failure).toMatchObject({ failure: { kind: "task", fault: "user", message } });
  });

  test.each(["condition: false", "condition: 0", "condition: ''", "condition: '{{ 0 }}'"])(
    "with %s does not",
    async (body) => {
      expect((await run("io.kestra.plugin.core.execution.Fail", body)).outputs).toEqual({});
    },
  );
});
