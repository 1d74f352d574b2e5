import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileGlob, compileReach, GlobError } from "./glob.ts";

const nameOf = (value: unknown): string => (value instanceof Error ? value.name : typeof value);

describe("a pattern of outputFiles, as java.nio reads it,", () => {
  test.each([
    ["out.txt", "out.txt", true],
    ["out.txt", "a/out.txt", false],
    ["*.csv", "a.csv", true],
    ["*.csv", "d/a.csv", false],
    ["*", ".env", true],
    ["*", "a/b", false],
    ["**", "a/b/c.txt", true],
    ["**/x", "x", false],
    ["**/x", "a/x", true],
    ["**/x", "a/b/x", true],
    ["**x", "x", true],
    ["out/**", "out/a/b.txt", true],
    ["out/**", "out", false],
    ["out/*", "out/a/b.txt", false],
    ["a?c", "abc", true],
    ["a?c", "a/c", false],
    ["a?c", "ac", false],
    ["?", "😀", true],
    ["[a-c].txt", "b.txt", true],
    ["[a-c].txt", "d.txt", false],
    ["[!a].txt", "b.txt", true],
    ["[!a].txt", "a.txt", false],
    ["a[!b]c", "a/c", false],
    ["[-a]", "-", true],
    ["[a-]", "-", true],
    ["[?*]", "*", true],
    ["[?*]", "x", false],
    ["[^a]", "^", true],
    ["*.{csv,json}", "a.json", true],
    ["*.{csv,json}", "a.txt", false],
    ["{a,b*}/c", "bxx/c", true],
    ["{a,}b", "b", true],
    ["a,b", "a,b", true],
    ["a}b", "a}b", true],
    ["dir\\*.txt", "dir/x.txt", true],
    ["glob:**/x", "x", true],
    ["glob:**/*.csv", "d/a.csv", true],
    ["glob:*.csv", "a.csv", true],
    ["regex:.*\\.(csv|json)", "d/a.json", true],
    ["regex:.*\\.csv", "a.txt", false],
    ["regex:(?i)a.*", "ABC", true],
    ["a+b(c).txt", "a+b(c).txt", true],
    ["ä*.txt", "äöü.txt", true],
    ["", "a", false],
    // Stars: two and a third are `**` and `*`.
    ["***", "a/b/c", true],
    ["a**c", "a/b/c", true],
    ["a*c", "a/b/c", false],
    ["*/*", "a/b", true],
    ["*/*", "a/b/c", false],
    ["**/*.txt", "a.txt", false],
    ["**/*.txt", "a/b.txt", true],
    ["**.txt", "a/b.txt", true],
    ["**/**", "a", false],
    ["**/**", "a/b", true],
    ["a/**/b", "a/b", false],
    ["a/**/b", "a/x/y/b", true],
    // Nothing is special about a leading dot, or about an empty name's worth of characters.
    ["*.env", ".env", true],
    ["?env", ".env", true],
    ["[.]env", ".env", true],
    ["*", "a", true],
    ["a*", "a", true],
    ["a?", "a", false],
    // Classes: ranges, negation, hyphens, what is special elsewhere; never a slash.
    ["[abc]", "abc", false],
    ["[a-cx-z]", "y", true],
    ["[!a-c]", "d", true],
    ["[!a-c]", "b", false],
    ["[!-a]", "-", false],
    ["[!-a]", "b", true],
    ["[a!]", "!", true],
    ["[{,}]", ",", true],
    ["[[]", "[", true],
    ["[&&a]", "&", true],
    ["[0-9][0-9]", "42", true],
    ["[A-Z]", "a", false],
    ["a[.-0]b", "a/b", false],
    // Groups: of anything but groups, also empty, also with stars and slashes in them.
    ["{a,b}{c,d}", "bc", true],
    ["{,x}", "", true],
    ["{a/**,b}", "a/x/y", true],
    ["{a/**,b}", "c", false],
    ["{[ab],c}", "b", true],
    ["{a}", "a", true],
    ["{}", "", true],
    ["*.{tar.gz,zip}", "x.tar.gz", true],
    // A backslash is a slash: nothing can be escaped.
    ["a\\b", "a/b", true],
    ["\\*", "x", false],
    ["a\\[b]", "a/b", true],
    // Paths are compared as they are.
    ["./x", "x", false],
    ["/x", "x", false],
    ["x/", "x", false],
    ["a//b", "a/b", false],
    ["A.TXT", "a.txt", false],
    ["é", "é".normalize("NFD"), false],
    ["é".normalize("NFD"), "é".normalize("NFD"), true],
    ["*", 'it\'s "quoted" $HOME', true],
    ["*", "line\nend", true],
    ["**", "d/line\nend", true],
    ["-*", "-rf", true],
    ["**", "", true],
    // Prefixes: against the whole absolute path, in which the working directory is a folder.
    ["glob:**", "a", true],
    ["glob:{**/a,**/b}", "b", true],
    ["glob:/kestra/working-dir/a", "a", true],
    ["regex:.*/a\\.csv", "a.csv", true],
    ["regex:a", "ab", false],
    ["regex:[^/]+", "a/b", false],
    ["GLOB:a", "a", false],
  ])("%j on %j: %j", (pattern, path, matches) => {
    expect(compileGlob(pattern)(path)).toBe(matches);
  });

  test.each([
    "[a",
    "[",
    "[]",
    "[!]",
    "[a-",
    "[b-a]",
    "[a/b]",
    "[a-c-e]",
    "[--a]",
    "[a\\b]",
    "{a",
    "{a,",
    "{a,{b}}",
    "{{a}}",
    "x{a}{b",
    "regex:(",
    "regex:[",
    "regex:*",
  ])("%j is refused with a reason", (pattern) => {
    expect(() => compileGlob(pattern)).toThrow(GlobError);
  });

  test.each(["regex:(a+)+b", "regex:(a|a)*b", "regex:((a+)b)*c", "regex:(a)\\1", "regex:(a*){9}b"])(
    "%j is refused, as it could take for ever",
    (pattern) => {
      expect(() => compileGlob(pattern)).toThrow(/for ever/);
    },
  );

  test("with many stars is decided at once", () => {
    const matches = compileGlob(`${"*a".repeat(50)}b`);
    const begin = performance.now();
    expect(matches("a".repeat(2000))).toBe(false);
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  test("without special characters matches itself alone", () => {
    const plain = fc.stringMatching(/^[a-z0-9._/ -]{1,20}$/);
    fc.assert(
      fc.property(plain, plain, (pattern, path) => {
        expect(compileGlob(pattern)(path)).toBe(pattern === path);
      }),
    );
  });

  test("is compiled or refused with a reason, whatever it is", () => {
    const pieces = fc.constantFrom(
      "*",
      "**",
      "?",
      "[",
      "]",
      "!",
      "-",
      "{",
      "}",
      ",",
      "a",
      "/",
      "\\",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const attempt = (): unknown => {
          try {
            return compileGlob(parts.join(""))("a/b");
          } catch (error) {
            return error;
          }
        };
        expect(["boolean", "GlobError"]).toContain(nameOf(attempt()));
      }),
    );
  });
});

test.each([
  ["*.csv", "tmp", false],
  ["tmp/*.csv", "tmp", true],
  ["tmp/*.csv", "tmp/deep", false],
  ["tmp/**", "tmp/deep", true],
  ["**", "tmp", true],
  ["**/x", "tmp", true],
  ["tmp", "tmp", false],
  ["tm?/a", "tmp", true],
  ["{a,tmp/*}", "tmp", true],
  ["tmp\\x", "tmp", true],
  ["glob:/kestra/working-dir/tmp/*", "tmp", true],
  ["glob:/kestra/working-dir/a/*", "tmp", false],
  ["regex:.*\\.csv", "tmp", true],
])("%j may name something in the folder %j: %j", (pattern, folder, reaches) => {
  expect(compileReach(pattern)(folder)).toBe(reaches);
});
