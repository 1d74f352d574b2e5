import { describe, expect, it } from "vitest";
import type { RefusedFile } from "#lib/runner/contract.ts";
import { outputName, outputRemarks, outputRule } from "./output-rule.ts";

const workspace = { workingDir: "/w", outputDir: "/w/out0" };

describe("which files are outputs", () => {
  const rule = outputRule(["*.csv", "deep/**"], workspace, true);
  const cases: [string, string, string | null][] = [
    ["those that a pattern names, by their path", "a.csv", "a.csv"],
    ["those of folders that a pattern names", "deep/er/x.bin", "deep/er/x.bin"],
    ["those of the output directory, by their path in it", "out0/sub/y.txt", "sub/y.txt"],
    ["no others", "b.txt", null],
    ["none of a folder whose name only begins alike", "out01/y.txt", null],
  ];
  it.each(cases)("%s", (_title, path, expected) => {
    expect(outputName(path, rule)).toBe(expected);
  });

  it("without an output directory are those of the patterns alone", () => {
    expect(outputName("out0/y.txt", outputRule(["*.csv"], workspace, false))).toBeNull();
  });
});

describe("what is to say about outputs", () => {
  const files = ["a.csv", "deep/b.txt"].map((path) => ({ path, size: 1, isExecutable: false }));
  const link = {
    path: "link",
    why: "is a link to /etc/passwd and leads out of the working directory",
  };
  const says = (
    patterns: string[],
    refused: RefusedFile[] = [link],
    hasOutputDir = false,
  ): string[] => outputRemarks(files, refused, outputRule(patterns, workspace, hasOutputDir));

  it("is nothing when every pattern names a file", () => {
    expect(says(["*.csv", "deep/**"])).toEqual([]);
  });

  it("is which patterns name none, each once", () => {
    expect(says(["*.csv", "*.pdf", "*.pdf", "out/**"])).toEqual([
      "`outputFiles`: no file matches `*.pdf`.",
      "`outputFiles`: no file matches `out/**`.",
    ]);
  });

  it("is why a file outside of all folders was not found", () => {
    expect(says(["**/*.csv"])).toEqual([
      "`outputFiles`: no file matches `**/*.csv`. `a.csv` is in no folder: write `*.csv`.",
    ]);
  });

  it("is which wanted files were refused, and not that they are missing", () => {
    expect(says(["link"])).toEqual([
      "link is no output file, because it is a link to /etc/passwd and leads out of the working directory.",
    ]);
  });

  it("is a count when many were refused", () => {
    const many = Array.from({ length: 25 }, (_, index) => ({ ...link, path: `l${index}` }));
    const said = says(["l*"], many);
    expect(said).toHaveLength(21);
    expect(said.at(-1)).toBe("5 more files are no output files for such reasons.");
  });

  const closed: RefusedFile = { path: "tmp", why: "cannot be read by the helper", isFolder: true };
  const WHAT =
    "The folder tmp cannot be read by the helper, so that nothing in it is an output file";
  const REMEDY = "Let everybody read it: `chmod a+rx`.";
  it.each([
    ["which folders were closed, whatever is wanted", ["*.csv"], closed, `${WHAT}. ${REMEDY}`],
    [
      "which patterns may name files in them, and not that these are missing",
      ["*.csv", "tmp/*.pdf", "**"],
      closed,
      `${WHAT}; \`tmp/*.pdf\`, \`**\` may name some of it. ${REMEDY}`,
    ],
    [
      "that it is the output directory, or in it",
      [],
      { ...closed, path: "out0/tmp" },
      `${WHAT.replace("tmp", "out0/tmp")}; \`outputDirectory\` may name some of it. ${REMEDY}`,
    ],
  ])("is %s", (_title, patterns, folder, expected) => {
    expect(says(patterns, [folder], true)).toEqual([expected]);
  });

  it("is a count when many folders were closed", () => {
    const many = Array.from({ length: 25 }, (_, index) => ({ ...closed, path: `d${index}` }));
    const said = says(["*.csv"], many);
    expect(said).toHaveLength(21);
    expect(said.at(-1)).toBe("5 more folders cannot be read.");
  });

  it("is which pattern names a folder that was closed, because a folder is no file", () => {
    expect(says(["tmp"], [closed])).toEqual([
      "`outputFiles`: no file matches `tmp`.",
      `${WHAT}. ${REMEDY}`,
    ]);
  });
});
