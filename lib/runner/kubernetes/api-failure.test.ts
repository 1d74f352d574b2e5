import { expect, test } from "vitest";
import { RunnerError } from "../contract.ts";
import { ApiFailure, codeOf, failureFromBody, runnerErrorFrom } from "./api-failure.ts";

const server = "https://k8s:6443";
const doing = "create the pod p in the namespace team";
const withCode = (code: string): Error =>
  new TypeError("fetch failed", { cause: Object.assign(new Error("inner"), { code }) });

test.each([
  ["ENOTFOUND", "unreachable", true, /cannot be resolved/],
  ["EAI_AGAIN", "unreachable", true, /cannot be resolved/],
  ["ECONNREFUSED", "unreachable", true, /Nothing listens/],
  ["UND_ERR_CONNECT_TIMEOUT", "unreachable", true, /does not answer/],
  ["ETIMEDOUT", "unreachable", true, /does not answer/],
  ["ECONNRESET", "unreachable", true, /broke/],
  ["UND_ERR_SOCKET", "unreachable", true, /broke/],
  ["CERT_HAS_EXPIRED", "certificate", false, /not valid today/],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "certificate", false, /not signed by/],
  ["SELF_SIGNED_CERT_IN_CHAIN", "certificate", false, /not signed by/],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "certificate", false, /not signed by/],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "certificate", false, /TLS/],
] as const)("the network's %s is %s", (...[code, kind, isTransient, message]) => {
  const error = runnerErrorFrom(withCode(code), server, doing);
  expect(error).toMatchObject({ kind, isTransient });
  expect(error.message).toMatch(message);
  expect(error.message).toContain(server);
  expect(error.remedy).not.toBe("");
  expect(error.evidence).toContain(code);
});

test.each([
  [401, "Unauthorized", "unauthorized", false],
  [403, 'pods is forbidden: User "x" cannot create resource "pods"', "forbidden", false],
  [
    403,
    'pods "p" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
    "quota",
    true,
  ],
  [
    403,
    'pods "p" is forbidden: failed quota: q: must specify limits.cpu for: main',
    "quota",
    false,
  ],
  [
    403,
    'pods "p" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation',
    "admission",
    false,
  ],
  [
    403,
    'pods "p" is forbidden: error looking up service account team/x: serviceaccount "x" not found',
    "config",
    false,
  ],
  [
    403,
    'pods "p" is forbidden: unable to create new content in namespace team because it is being terminated',
    "namespace",
    false,
  ],
  [400, 'admission webhook "policy.example" denied the request: no', "admission", false],
  [404, 'namespaces "team" not found', "namespace", false],
  [422, 'Pod "p" is invalid: spec.containers[0].image: Required value', "config", false],
  [429, "too many requests", "unreachable", true],
  [500, "etcdserver: leader changed", "unreachable", true],
  [503, "service unavailable", "unreachable", true],
] as const)("the status %i with %j is %s", (...[status, message, kind, isTransient]) => {
  const error = runnerErrorFrom(new ApiFailure(status, message), server, doing);
  expect(error).toMatchObject({ kind, isTransient, evidence: message });
  expect(error.remedy).not.toBe("");
});

test("what is already told in a person's words stays as it is", () => {
  const own = new RunnerError("config", "x", { remedy: "y", fault: "user", isTransient: false });
  expect(runnerErrorFrom(own, server, doing)).toBe(own);
});

test("several addresses that all failed are told as the first", () => {
  const error = new AggregateError([Object.assign(new Error("a"), { code: "ECONNREFUSED" })]);
  expect(codeOf(error)).toBe("ECONNREFUSED");
  expect(runnerErrorFrom(error, server, doing).message).toMatch(/Nothing listens/);
});

test("a proxy's page in HTML is told as its text", () => {
  expect(failureFromBody(502, "<html><body>Bad <b>gateway</b></body></html>").message).toMatch(
    /Bad\s+gateway/,
  );
});

test("how long to wait is taken from the answer or its header", () => {
  const status = {
    message: "slow down",
    reason: "TooManyRequests",
    details: { retryAfterSeconds: 7 },
  };
  expect(failureFromBody(429, JSON.stringify(status))).toMatchObject({
    reason: "TooManyRequests",
    retryAfterSeconds: 7,
  });
  expect(failureFromBody(429, "{}", { "retry-after": "3" }).retryAfterSeconds).toBe(3);
  expect(failureFromBody(429, "{}").retryAfterSeconds).toBeNull();
});
