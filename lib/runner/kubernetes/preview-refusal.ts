import type { PreviewCheck, PreviewFinding, RunnerError } from "../contract.ts";
import { ApiFailure, runnerErrorFrom } from "./api-failure.ts";
import { MAIN } from "./pod.ts";
import { finding } from "./preview-finding.ts";
import { mainField, type PodView } from "./preview-pod.ts";
import { amountOf } from "./quantity.ts";

/**
 * What a refused pod means, a finding for each thing that is wrong.
 * @param doing what was tried, e.g. `create the pod x`
 */
export function refusalFindings(
  error: unknown,
  { server, doing, pod }: { server: string; doing: string; pod: PodView },
): PreviewFinding[] {
  if (error instanceof ApiFailure) {
    const wrong = [...wrongFields(error), ...wrongQuantities(error, pod)];
    if (wrong.length > 0) return wrong;
  }
  const failure = runnerErrorFrom(error, server, doing);
  const { message, remedy, evidence } = failure;
  const check = CHECK_OF[failure.kind] ?? checkOfConfig(evidence);
  return [
    finding("error", check, message, {
      remedy,
      evidence,
      field: fieldOf(check, mainField(pod, MAIN)),
    }),
  ];
}

const CHECK_OF: Partial<Record<RunnerError["kind"], PreviewCheck>> = {
  unreachable: "place",
  unauthorized: "place",
  certificate: "place",
  forbidden: "permissions",
  namespace: "namespace",
  quota: "quota",
  admission: "admission",
};

function checkOfConfig(evidence: string): PreviewCheck {
  return /service account/.test(evidence) ? "service-account" : "manifest";
}

/** Where in the pod a refusal that names no field is at home. */
function fieldOf(check: PreviewCheck, main: string): string {
  const fields: Partial<Record<PreviewCheck, string>> = {
    namespace: "metadata.namespace",
    quota: `${main}.resources`,
    admission: `${main}.securityContext`,
    "service-account": "spec.serviceAccountName",
    manifest: "spec",
  };
  return fields[check] ?? "";
}

/** `unknown field "spec.nodeSelectr"`, `duplicate field …` (sigs.k8s.io/json, strict errors). */
const STRICT = /(unknown|duplicate) field "([^"]+)"/g;
/** As Go's decoder says that a value has another type. */
const TYPE = /cannot unmarshal (\w+) into Go struct field \w+\.(\S+) of type (\S+)/;

/** What the API server says field by field: unknown ones, wrong types, values that it does not allow. */
function wrongFields(failure: ApiFailure): PreviewFinding[] {
  const evidence = failure.message;
  if (/strict decoding error/.test(evidence)) {
    return [...evidence.matchAll(STRICT)].map(([, what, written = ""]) => {
      const field = podField(written);
      const name = field.split(".").at(-1) ?? field;
      const message =
        what === "unknown"
          ? `A pod has no field \`${name}\` here.`
          : `The field \`${name}\` is there twice.`;
      const remedy = "Correct its name, or take it out: it would count for nothing.";
      return finding("error", "manifest", message, { remedy, evidence, field });
    });
  }
  const type = TYPE.exec(evidence);
  if (failure.status === 400 && type) {
    const [, found, written = "", needed] = type;
    const field = podField(written);
    const message = `\`${field}\` has a value of the wrong kind: ${found} where ${needed} is needed.`;
    const remedy = "Write it as the Kubernetes reference of a pod says.";
    return [finding("error", "manifest", message, { remedy, evidence, field })];
  }
  if (failure.status !== 422) return [];
  return failure.causes.map(({ field = "", message = "" }) =>
    finding("error", "manifest", `\`${podField(field)}\`: ${message.replace(/\.?$/, ".")}`, {
      remedy: "Correct the value: the API server refuses the pod as it is.",
      evidence,
      field: podField(field),
    }),
  );
}

/** The API server says that a quantity is none, but not which (apimachinery/pkg/api/resource). */
function wrongQuantities({ message: evidence }: ApiFailure, pod: PodView): PreviewFinding[] {
  if (!/quantities must match|unable to parse quantity/.test(evidence)) return [];
  return (["containers", "initContainers"] as const).flatMap((list) =>
    (pod[list] ?? []).flatMap(({ resources }, index) =>
      (["requests", "limits"] as const).flatMap((side) =>
        Object.entries(resources?.[side] ?? {})
          .filter(([, quantity]) => amountOf(quantity) === null)
          .map(([name, quantity]) => {
            const field = `spec.${list}[${index}].resources.${side}[${name}]`;
            const message = `\`${quantity}\` is no amount of ${name}.`;
            const remedy = "Write a number with a unit, e.g. 500m of cpu or 128Mi of memory.";
            return finding("error", "manifest", message, { remedy, evidence, field });
          }),
      ),
    ),
  );
}

/** A field of the pod, also where a Job has it in its template. */
export function podField(field: string): string {
  return field.replace(/^spec\.template\./, "");
}
