import { expect, test } from "vitest";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";
import { REFUSALS } from "./refusal-causes.ts";

const POD = 'pods "p" is forbidden: ';

/** What an API server 1.37 answers for each row, and what our sentence has to name of it. */
const CASES: Record<string, [status: number, message: string, says: RegExp]> = {
  login: [401, "Unauthorized", /does not accept the login/],
  quota: [
    403,
    `${POD}exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2`,
    /quota "small".*asks for pods=1, pods=2 of pods=2 are used/,
  ],
  "quota-other": [403, `${POD}exceeded quota`, /quota of the namespace/],
  "quota-unsaid": [
    403,
    `${POD}failed quota: compute: must specify limits.cpu for: main`,
    /quota "compute".*counts limits.cpu/,
  ],
  "limit-range": [
    403,
    `${POD}maximum memory usage per Container is 1Gi, but limit is 2Gi`,
    /maximum memory usage per Container is 1Gi, but limit is 2Gi/,
  ],
  "namespace-ending": [
    403,
    `${POD}unable to create new content in namespace team because it is being terminated`,
    /is being deleted/,
  ],
  "pod-security": [
    403,
    `${POD}violates PodSecurity "restricted:latest": runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true)`,
    /level "restricted".*: runAsNonRoot != true \(pod or container "main" must/,
  ],
  webhook: [
    400,
    'admission webhook "policy.example" denied the request: images need a tag',
    /rule "policy.example".*images need a tag/,
  ],
  policy: [
    422,
    `${POD}ValidatingAdmissionPolicy 'tags' with binding 'all' denied request: images need a tag`,
    /rule "tags".*images need a tag/,
  ],
  admission: [403, "LimitRange says no", /A rule of the cluster/],
  "service-account": [
    403,
    `${POD}error looking up service account team/nobody: serviceaccount "nobody" not found`,
    /account "nobody"/,
  ],
  "priority-class": [403, `${POD}no PriorityClass with name high was found`, /class "high"/],
  "runtime-class": [403, `${POD}pod rejected: RuntimeClass "gvisor" not found`, /class "gvisor"/],
  "namespace-missing": [404, 'namespaces "team" not found', /namespace "team" does not exist/],
  forbidden: [
    403,
    `${POD}User "u" cannot create resource "pods" in API group "" in the namespace "team"`,
    /user may not create the pod/,
  ],
  busy: [503, "etcdserver: leader changed", /not able to create the pod.*503/],
  refused: [422, 'Pod "p" is invalid: spec.containers[0].image: Required value', /refused to/],
};

test.each(REFUSALS.map((row) => [row.id, row] as const))(
  "the API server refuses: %s",
  (id, row) => {
    const found = CASES[id];
    if (!found) throw new Error(`There is no case for the row "${id}".`);
    const [status, message, says] = found;
    const error = runnerErrorFrom(new ApiFailure(status, message), "https://x", "create the pod p");
    const { kind, fault, isTransient } = row;
    expect(error).toMatchObject({ kind, fault, isTransient, evidence: message });
    expect(error.message).toMatch(says);
    expect(`${error.message} ${error.remedy}`).not.toMatch(/[{}]|\?/);
  },
);
