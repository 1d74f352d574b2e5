import { expect, test } from "vitest";
import { inputFile } from "./contract-suite/stage.ts";
import { checkInputPaths } from "./input-path.ts";

test.for([
  ["", "is empty"],
  ["/etc/passwd", "is absolute"],
  ["../up", 'contains ".."'],
  ["a/../../up", 'contains ".."'],
  ["a//b", "has an empty part"],
  ["./a", "has an empty part"],
  ["a/", "has an empty part"],
  ["nul\0byte", "contains a NUL character"],
  ["x".repeat(300), "has a part of more than 255 bytes"],
  ["漢".repeat(90), "has a part of more than 255 bytes"],
  ["long/".repeat(650) + "x", "is longer than 3000 bytes"],
])("the name %j is refused: %s", ([path, wrong]) => {
  expect(() => checkInputPaths([inputFile(path ?? "", "")])).toThrow(wrong);
});

test.for([
  [["a", "a/b"], '"a" is both a file and a folder'],
  [["x/y/z", "x/y"], '"x/y" is both a file and a folder'],
  [["same", "same"], "is there twice"],
] as const)("the names %j together are refused: %s", ([paths, wrong]) => {
  expect(() => checkInputPaths(paths.map((path) => inputFile(path, "")))).toThrow(wrong);
});

test("ordinary names, Unicode, spaces and dot files are taken", () => {
  const paths = ["a.txt", "b/c d/Grüße 漢字.csv", ".env", "..data", "a.b/..c"];
  checkInputPaths(paths.map((path) => inputFile(path, "")));
});
