import { describe, expect, it } from "vitest";
import { inputUri, outputUri, safeName, uploadUri } from "./file-uri.ts";

const flow = { namespace: "company.team", flowId: "my-flow" };

describe("URIs of files", () => {
  it("have the shape that Kestra's have", () => {
    expect(inputUri(flow, { executionId: "E", inputId: "data.csv", name: "a b.csv" })).toBe(
      "kestra:///company/team/my-flow/executions/E/inputs/data.csv/a%20b.csv",
    );
    expect(uploadUri(flow, { uploadId: "U", inputId: "f", name: "x" })).toBe(
      "kestra:///company/team/my-flow/uploads/U/f/x",
    );
    expect(
      outputUri(flow, {
        executionId: "E",
        taskId: "t",
        taskRunId: "R",
        attemptId: "A",
        path: "out/a.txt",
      }),
    ).toMatch(
      /^kestra:\/\/\/company\/team\/my-flow\/executions\/E\/tasks\/t\/R\/[0-9a-f]{10}-a\.txt$/,
    );
  });

  it("differ for files of the same name in two folders", () => {
    const at = (path: string): string =>
      outputUri(flow, { executionId: "E", taskId: "t", taskRunId: "R", attemptId: "A", path });
    expect(at("a/x.txt")).not.toBe(at("b/x.txt"));
  });
});

describe("names of uploads", () => {
  const cases: [string, string, string][] = [
    ["stay as they are", "Übung 1.csv", "Übung 1.csv"],
    ["lose their folders", "../../etc/passwd", "passwd"],
    ["lose a drive's folders", String.raw`C:\temp\a.txt`, "a.txt"],
    ["lose NUL and other control characters", "a\0b\n.txt", "ab.txt"],
    ["are never a folder", "..", "file"],
    ["are cut before their ending", `${"x".repeat(300)}.csv`, `${"x".repeat(196)}.csv`],
  ];
  it.each(cases)("%s", (_title, name, expected) => {
    expect(safeName(name)).toBe(expected);
  });

  it("are cut between characters", () => {
    const name = safeName(`${"😀".repeat(100)}.csv`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(name).toMatch(/^(😀)+\.csv$/u);
  });
});
