import type { EndCause } from "./cause.ts";

/** Why the API server refuses a call. */
export interface RefusalRow extends EndCause {
  began: "no";
  /** Of the answer; null: any. */
  status: number[] | null;
  /** What its message says. */
  text: RegExp;
  /** Whether the same call may succeed later without anybody changing anything. */
  isTransient: boolean;
}

const ADMISSION = "k8s.io/apiserver/pkg/admission/plugin";

const row = (
  id: string,
  source: string,
  [status, text]: [status: number[] | null, text: RegExp],
  more: Omit<RefusalRow, "id" | "source" | "status" | "text" | "began" | "fault" | "isTransient"> &
    Partial<Pick<RefusalRow, "fault" | "isTransient">>,
): RefusalRow => ({
  id,
  source,
  status,
  text,
  began: "no",
  fault: "user",
  isTransient: false,
  ...more,
});

const LIMITS: RefusalRow[] = [
  row(
    "quota",
    `${ADMISSION}/resourcequota/controller.go, exceeded quota`,
    [
      [403],
      /exceeded quota: (?<quota>[^,]+), requested: (?<requested>.+), used: (?<used>.+), limited: (?<limited>.+?)$/,
    ],
    {
      kind: "quota",
      // Room comes back when pods end.
      isTransient: true,
      says: 'The quota "{quota}" of the namespace does not allow to {doing}: it asks for {requested}, {used} of {limited} are used.',
      remedy: "Wait until other pods end, ask for less in resources, or raise the ResourceQuota.",
    },
  ),
  row(
    "quota-other",
    `${ADMISSION}/resourcequota/controller.go, exceeded quota`,
    [[403], /exceeded quota/],
    {
      kind: "quota",
      isTransient: true,
      says: "The quota of the namespace does not allow to {doing}.",
      remedy: "Wait until other pods end, ask for less in resources, or raise the ResourceQuota.",
    },
  ),
  row(
    "quota-unsaid",
    `${ADMISSION}/resourcequota/controller.go, failed quota`,
    [[403], /failed quota: (?<quota>[^:]+): must specify (?<what>[^;]+)/],
    {
      kind: "quota",
      says: 'The quota "{quota}" of the namespace counts {what}, and the pod does not say how much it needs.',
      remedy: "Set {what} in resources.",
    },
  ),
  row(
    "limit-range",
    "plugin/pkg/admission/limitranger/admission.go",
    [[403], /(?<rule>(maximum|minimum) [\w-]+ usage per \w+ is [^,]+), but (?<fact>[^.,\]]+)/],
    {
      kind: "admission",
      says: "The limits of the namespace do not allow to {doing}: {rule}, but {fact}.",
      remedy: "Change resources as the LimitRange asks, or choose another namespace.",
    },
  ),
];

const RULES: RefusalRow[] = [
  row(
    "namespace-ending",
    `${ADMISSION}/namespace/lifecycle/admission.go, NamespaceTerminatingCause`,
    [[403], /being terminated/],
    {
      kind: "namespace",
      says: "The namespace is being deleted: nothing new can be made in it.",
      remedy: "Choose another namespace, or make it again when it is gone.",
    },
  ),
  row(
    "pod-security",
    "k8s.io/pod-security-admission/admission/admission.go, violates PodSecurity",
    [[403], /violates PodSecurity "(?<level>[^":]+)[^"]*": (?<rules>.+)$/],
    {
      kind: "admission",
      says: 'The Pod Security level "{level}" of the namespace does not allow to {doing}: {rules}.',
      remedy:
        "Set what it names in containerDefaultSpec, for every container, or choose another namespace.",
    },
  ),
  row(
    "webhook",
    "k8s.io/apiserver/pkg/admission/plugin/webhook/errors, denied the request",
    [[400, 403, 422], /admission webhook "(?<webhook>[^"]+)" denied the request:? ?(?<why>.*)/],
    {
      kind: "admission",
      says: 'The rule "{webhook}" of the cluster does not allow to {doing}: {why}',
      remedy: "Change the task as the rule asks, or choose another namespace.",
    },
  ),
  row(
    "policy",
    "k8s.io/apiserver/pkg/admission/plugin/policy/validating",
    [null, /ValidatingAdmissionPolicy '(?<policy>[^']+)'[^]*denied request: (?<why>.*)/],
    {
      kind: "admission",
      says: 'The rule "{policy}" of the cluster does not allow to {doing}: {why}',
      remedy: "Change the task as the rule asks, or choose another namespace.",
    },
  ),
  row(
    "admission",
    ADMISSION,
    [
      [400, 403],
      /admission webhook|denied the request|LimitRange|is forbidden: (maximum|minimum) /,
    ],
    {
      kind: "admission",
      says: "A rule of the cluster does not allow to {doing}.",
      remedy: "Change the task as the rule asks, or choose another namespace.",
    },
  ),
];

const NAMED: RefusalRow[] = [
  row(
    "service-account",
    "plugin/pkg/admission/serviceaccount/admission.go",
    [[403], /error looking up service account (?:[^/\s]+\/)?(?<account>[^:\s]+)/],
    {
      kind: "config",
      says: 'The service account "{account}" of the pod does not exist in the namespace.',
      remedy: "Correct serviceAccountName, or create the service account.",
    },
  ),
  row(
    "priority-class",
    "plugin/pkg/admission/priority/admission.go",
    [[403], /no PriorityClass with name (?<name>\S+) was found/],
    {
      kind: "config",
      says: 'The priority class "{name}" does not exist in the cluster.',
      remedy: "Correct priorityClassName in podSpec, or create the PriorityClass.",
    },
  ),
  row(
    "runtime-class",
    "plugin/pkg/admission/runtimeclass/admission.go",
    [[403], /RuntimeClass "(?<name>[^"]+)" not found/],
    {
      kind: "config",
      says: 'The runtime class "{name}" does not exist in the cluster.',
      remedy: "Correct runtimeClassName in podSpec, or create the RuntimeClass.",
    },
  ),
  row(
    "namespace-missing",
    "k8s.io/apimachinery/pkg/apis/meta/v1, StatusReasonNotFound",
    [[404], /namespaces? "(?<name>[^"]*)"/],
    {
      kind: "namespace",
      says: 'The namespace "{name}" does not exist in the cluster.',
      remedy:
        "Create it (kubectl create namespace {name}), or name another in the task or the connection.",
    },
  ),
];

/** The API server's refusals, first match first. */
export const REFUSALS: RefusalRow[] = [
  row("login", "StatusReasonUnauthorized", [[401], /^/], {
    kind: "unauthorized",
    says: "The API server does not accept the login: it refused to {doing}.",
    remedy: "The token or certificate is wrong or has expired: put a new one into the connection.",
  }),
  ...LIMITS,
  ...RULES,
  ...NAMED,
  row("forbidden", "StatusReasonForbidden, of the authorizer (RBAC)", [[403], /^/], {
    kind: "forbidden",
    says: "The connection's user may not {doing}.",
    remedy: "Give it the role that the connection's check shows.",
  }),
  row("busy", "StatusReasonTooManyRequests", [[429], /^/], {
    kind: "unreachable",
    fault: "platform",
    isTransient: true,
    says: "The API server is not able to {doing} at the moment (status {status}).",
    remedy: "It is tried again; when it stays, look at the API server's health.",
  }),
  row("refused", "StatusReasonInvalid, BadRequest and others", [null, /^/], {
    kind: "config",
    says: "The API server refused to {doing} (status {status}).",
    remedy: "Correct what the API server complains about.",
  }),
];
