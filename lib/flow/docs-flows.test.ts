import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { catalogue } from "#lib/tasks/catalogue.ts";
import { parseFlow } from "./parse.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const flows = readdirSync(DOCS)
  .filter((name) => name.endsWith(".md"))
  .flatMap((name) => {
    const blocks = readFileSync(join(DOCS, name), "utf8").matchAll(/^```yaml\n(id: .*?)^```$/gms);
    return [...blocks].map(([, source = ""], index): [string, string] => [
      `${name}, number ${index + 1}`,
      source,
    ]);
  });

test("the pages have flows", () => {
  expect(flows.map(([name]) => name)).toContain("pod-manifest.md, number 1");
});

test.each(flows)("a flow of a page can be pasted and run as it is: %s", (_name, source) => {
  const { flow, problems } = parseFlow(source, catalogue);
  expect(problems).toEqual([]);
  expect(flow?.canRun).toBe(true);
});
