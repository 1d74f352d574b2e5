import { describe, expect, test } from "vitest";
import { aTaskRun } from "#components/executions/execution-fixture.ts";
import { outputValues, valueText } from "./output-values.ts";

describe("the values that were put out", () => {
  const run = aTaskRun({
    taskId: "collect",
    outputs: {
      vars: { rows: 1_204_118, currency: "EUR" },
      outputFiles: { "a.csv": "kestra:///a" },
      exitCode: 0,
      warnings: [],
      taskRunner: null,
    },
  });

  test("are those of the protocol by their own names, without files and what says nothing", () => {
    expect(outputValues([run], null)).toEqual([
      { name: "rows", taskId: "collect", value: 1_204_118 },
      { name: "currency", taskId: "collect", value: "EUR" },
    ]);
  });

  test("begin with the flow's own", () => {
    const [first] = outputValues([run], { outputs: { total: 3 } });
    expect(first).toEqual({ name: "total", taskId: null, value: 3 });
  });

  test("tell a number from its text", () => {
    expect([valueText(1), valueText("1"), valueText({ a: [true] })]).toEqual([
      "1",
      '"1"',
      '{"a":[true]}',
    ]);
  });
});
