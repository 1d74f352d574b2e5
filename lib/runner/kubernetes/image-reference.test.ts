import { expect, test } from "vitest";
import { readImageReference } from "./image-reference.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

test.each([
  ["busybox", ["docker.io", "library/busybox", "latest", null]],
  ["busybox:1.36", ["docker.io", "library/busybox", "1.36", null]],
  ["team/tool", ["docker.io", "team/tool", "latest", null]],
  ["127.0.0.1:5000/a/b:7", ["127.0.0.1:5000", "a/b", "7", null]],
  ["localhost/a", ["localhost", "a", "latest", null]],
  ["registry.example/a/b/c", ["registry.example", "a/b/c", "latest", null]],
  ["[::1]:5000/a", ["[::1]:5000", "a", "latest", null]],
  [`a@${DIGEST}`, ["docker.io", "library/a", null, DIGEST]],
  [`a:1@${DIGEST}`, ["docker.io", "library/a", "1", DIGEST]],
  ["a__b/c--d.e", ["docker.io", "a__b/c--d.e", "latest", null]],
])("%s is an image's name", (image, [registry, repository, tag, digest]) => {
  expect(readImageReference(image)).toEqual({ registry, repository, tag, digest });
});

test.each([
  ["Busybox", "small letters"],
  ["a b", "no name of an image"],
  ["a:", "is no tag"],
  ["a:-x", "is no tag"],
  ["a/", "no name of an image"],
  ["/a", "no name of an image"],
  ["a@sha256:12", "no digest"],
  ["https://registry.example/a", "no registry's address"],
  ["{{ inputs.image }}", "is no tag|no name of an image"],
])("%s is none: %s", (image, why) => {
  const { wrong } = Object.assign({ wrong: "" }, readImageReference(image));
  expect(wrong).toMatch(new RegExp(why));
});
