import { expect, test } from "vitest";
import { dockerConfig, registryOf } from "./registry-login.ts";

const HUB = "https://index.docker.io/v1/";

test.each([
  ["busybox", HUB],
  ["library/busybox:1.36", HUB],
  ["docker.io/library/busybox", HUB],
  ["ghcr.io/team/app@sha256:0", "ghcr.io"],
  ["registry.example:5000/app", "registry.example:5000"],
  ["localhost/app", "localhost"],
  ["123.dkr.ecr.eu-west-1.amazonaws.com/app:2", "123.dkr.ecr.eu-west-1.amazonaws.com"],
])("the image %s comes from %s", (image, registry) => {
  expect(registryOf(image)).toBe(registry);
});

const none = { registry: null, username: null, password: null, auth: null };

test.each([
  [{ username: "me", password: "p:w" }, "ghcr.io", "bWU6cDp3"],
  [{ auth: "bWU6cHc=" }, "ghcr.io", "bWU6cHc="],
  [{ auth: "bWU6cHc=", registry: "https://docker.io/" }, HUB, "bWU6cHc="],
  [{ auth: "bWU6cHc=", registry: "quay.io/team" }, "quay.io/team", "bWU6cHc="],
])("the login %j is for %s", (credentials, registry, auth) => {
  const config: unknown = JSON.parse(dockerConfig({ ...none, ...credentials }, "ghcr.io/app"));
  expect(config).toEqual({ auths: { [registry]: { auth } } });
});
