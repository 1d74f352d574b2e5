import { expect, test } from "vitest";
import { waitOfContainer } from "./waiting-causes.ts";

const DIGEST = `sha256:${"401".repeat(21)}4`;
const backOff = (image: string): string => `Back-off pulling image "${image}"`;
const failed = (image: string, why: string): string =>
  `${backOff(image)}: ErrImagePull: rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/${image}": failed to resolve image: ${why}`;
const asked = (path: string, answer: string): string =>
  `unexpected status from HEAD request to https://registry.example/v2/${path}: ${answer}`;

const says = (image: string, message: string) =>
  waitOfContainer("ImagePullBackOff", { container: "main", image, message });

test.each([
  "app:1.0.403",
  "app:401",
  `app@${DIGEST}`,
  "registry.example:5000/forbidden/app:1",
  "denied",
  "team/not-found:1",
  "team/x509:1",
])("the name %s is no error of the registry", (image) => {
  for (const message of [backOff(image), failed(image, "something new")]) {
    expect(says(image, message)).toMatchObject({
      fault: "platform",
      graceSeconds: null,
      waiting: { message: `The image "${image}" cannot be pulled.` },
    });
  }
});

test.each([
  ["401 Unauthorized", /without a login/],
  ["unexpected status code 401", /without a login/],
  ["StatusCode: 401, body", /without a login/],
  ["unexpected status code 403", /to this login/],
  ["invalid status code from registry 403 (Forbidden)", /to this login/],
  [asked("app/manifests/1.403", "403 Forbidden"), /to this login/],
  [asked("app/manifests/1.401", "403"), /to this login/],
  [asked("app/manifests/1.403", "500 Internal Server Error"), /cannot be reached/],
  [asked("forbidden/manifests/1.401", "404 Not Found"), /does not exist/],
  ["docker.io/app:1.0.403: not found", /does not exist/],
])("%j is one", (why, message) => {
  expect(says("app:1.0.403", failed("app:1.0.403", why))?.waiting.message).toMatch(message);
});
