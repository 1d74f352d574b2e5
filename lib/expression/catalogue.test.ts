import { describe, expect, it } from "vitest";
import { expressionCatalogue } from "./catalogue.ts";
import { renderTemplate } from "./render.ts";

const scope = { variables: {}, now: () => new Date("2024-05-06T07:08:09.123Z") };
const examples = expressionCatalogue().flatMap(({ kind, name, example }) =>
  example === null ? [] : [[kind, name, example.template, example.result] as const],
);

describe("every example in the catalogue gives what it says", () => {
  it.each(examples)("%s %s: %s", async (_kind, _name, template, result) => {
    expect(await renderTemplate(template, scope)).toBe(result);
  });
});

describe("the catalogue", () => {
  it("is plain JSON with a line about each entry", () => {
    const catalogue = expressionCatalogue();
    expect(JSON.parse(JSON.stringify(catalogue))).toEqual(catalogue);
    expect(catalogue.filter((entry) => entry.about === "")).toEqual([]);
    expect(catalogue.length).toBeGreaterThan(100);
  });
});
