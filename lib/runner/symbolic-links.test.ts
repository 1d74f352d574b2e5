import { expect, test } from "vitest";
import { followLinks } from "./symbolic-links.ts";

const ROOT = "/kestra/working-dir";
const OUTSIDE = (target: string): string =>
  `is a link to ${target} and leads out of the working directory`;
const FILES = ["data.txt", "sub/deep/file.txt"].map((path) => ({
  path,
  size: 1,
  isExecutable: false,
}));

test.each<[what: string, links: Record<string, string>, says: Record<string, string>]>([
  ["to a file beside it", { link: "data.txt" }, { link: "data.txt" }],
  ["to a file below it", { link: "./sub//deep/file.txt" }, { link: "sub/deep/file.txt" }],
  ["to a file above it", { "sub/link": "../data.txt" }, { "sub/link": "data.txt" }],
  ["to an absolute path inside", { link: `${ROOT}/data.txt` }, { link: "data.txt" }],
  ["over another link", { a: "b", b: "data.txt" }, { a: "data.txt", b: "data.txt" }],
  ["over a link to a folder", { l: "sub/deep", f: "l/file.txt" }, { f: "sub/deep/file.txt" }],
  ["over a folder's link and back", { l: "sub/deep", f: "l/../../data.txt" }, { f: "data.txt" }],
  ["to a folder", { link: "sub" }, {}],
  ["to nothing", { link: "missing.txt" }, {}],
  ["in a circle", { a: "b", b: "a" }, {}],
  ["to itself", { a: "a" }, {}],
  ["to an absolute path outside", { link: "/etc/passwd" }, { link: OUTSIDE("/etc/passwd") }],
  ["to a folder outside", { link: "/etc" }, { link: OUTSIDE("/etc") }],
  ["up and out", { "sub/link": "../../x" }, { "sub/link": OUTSIDE("../../x") }],
  ["out by way of the root", { link: `${ROOT}/../x` }, { link: OUTSIDE(`${ROOT}/../x`) }],
  ["beside the root", { link: `${ROOT}-other/x` }, { link: OUTSIDE(`${ROOT}-other/x`) }],
  [
    "out and in again",
    { link: "../working-dir/data.txt" },
    { link: OUTSIDE("../working-dir/data.txt") },
  ],
  [
    "over a link outside",
    { a: "b", b: "/etc/passwd" },
    { a: OUTSIDE("b"), b: OUTSIDE("/etc/passwd") },
  ],
])("a link %s", (_, links, says) => {
  const all = Object.entries(links).map(([path, target]) => ({ path, target }));
  const { files, refused } = followLinks(all, FILES, ROOT);
  expect({
    ...Object.fromEntries(files.map(({ path, leadsTo }) => [path, leadsTo])),
    ...Object.fromEntries(refused.map(({ path, why }) => [path, why])),
  }).toEqual(says);
});

test("a link that cannot be read is refused", () => {
  const { refused } = followLinks([{ path: "odd", target: null }], FILES, ROOT);
  expect(refused).toEqual([{ path: "odd", why: "is a link that cannot be read" }]);
});

test("a link has its file's size and mode under its own name", () => {
  const file = { path: "tool", size: 5, isExecutable: true };
  const { files } = followLinks([{ path: "link", target: "tool" }], [file], ROOT);
  expect(files).toEqual([{ path: "link", size: 5, isExecutable: true, leadsTo: "tool" }]);
});
