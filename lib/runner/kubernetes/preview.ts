import {
  type AttemptSpec,
  type PreviewFinding,
  RunnerError,
  type RunPreview,
  type SpecPath,
} from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { type InlineFile, readInlineFiles } from "./inline-files.ts";
import type { NewJob } from "./job.ts";
import { MAIN } from "./pod.ts";
import { labelValue } from "./pod-name.ts";
import type { NewPod } from "./pod-spec.ts";
import { type DryRun, dryRun, podOf } from "./preview-dry-run.ts";
import { additionFindings } from "./preview-additions.ts";
import { finding, orNotChecked, sortedFindings } from "./preview-finding.ts";
import { imageFindings } from "./preview-image.ts";
import { namespaceFindings } from "./preview-namespace.ts";
import { nodeFindings, type NodeView, readNodes } from "./preview-nodes.ts";
import { permissionFindings } from "./preview-permissions.ts";
import { mainField } from "./preview-pod.ts";
import { quotaFindings } from "./preview-quota.ts";
import { referenceFindings } from "./preview-references.ts";
import { pullSecretName } from "./pull-secret.ts";
import { specPathOf } from "./spec-path.ts";
import { manifestFromSpec } from "./start.ts";

/** A person waits for it: what has not answered by then is said not to have been checked. */
const LIMIT_MS = 8_000;

interface PreviewOptions {
  installationId: string;
  namespace: string;
  /** Whether image registries are asked, which are other places than the cluster. */
  asksRegistries: boolean;
  signal: AbortSignal;
}

/**
 * The pod of this attempt as a run would make it, and what stands against it: a dry run by the API
 * server, and the checks that one does not make. Nothing is made.
 */
export async function previewPod(
  api: ClusterApi,
  spec: AttemptSpec,
  options: PreviewOptions,
): Promise<RunPreview> {
  return previewBy(spec, options, (question) => allFindings({ api, ...question }));
}

/** The same pod with what can be said of it where its cluster is not to be asked. */
export async function previewWithoutCluster(
  spec: AttemptSpec,
  options: PreviewOptions,
): Promise<RunPreview> {
  return previewBy(
    spec,
    { ...options, installationId: labelValue(options.installationId) },
    (question) =>
      imageFindings(podOf(question.manifest), { ...question, nodes: Promise.resolve(null) }),
  );
}

async function previewBy(
  spec: AttemptSpec,
  options: PreviewOptions,
  look: (question: Question) => Promise<PreviewFinding[]>,
): Promise<RunPreview> {
  let manifest: NewPod | NewJob;
  let inline: InlineFile[];
  try {
    inline = await readInlineFiles(spec.inputFiles, options.signal);
    manifest = manifestFromSpec(spec, { ...options, inline });
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    const { message, remedy, evidence, place } = error;
    const about = { remedy, evidence, field: "spec", place };
    return { manifest: null, findings: [finding("error", "manifest", message, about)] };
  }
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(LIMIT_MS)]);
  const findings = await look({ spec, manifest, inline, ...options, signal });
  options.signal.throwIfAborted();
  const placed = findings.map((one) => ({ ...one, place: placeOf(one.field, manifest, spec) }));
  return { manifest: { ...manifest }, findings: sortedFindings(placed) };
}

function placeOf(field: string, manifest: NewPod | NewJob, spec: AttemptSpec): SpecPath | null {
  if (field === "metadata.namespace") return ["kubernetes", "namespace"];
  const pod = manifest.kind === "Job" ? manifest.spec.template.spec : manifest.spec;
  return specPathOf(field, pod, spec);
}

interface Question extends PreviewOptions {
  spec: AttemptSpec;
  manifest: NewPod | NewJob;
  inline: InlineFile[];
}

type ClusterQuestion = Question & { api: ClusterApi };

async function allFindings(question: ClusterQuestion): Promise<PreviewFinding[]> {
  const { api, spec, manifest, namespace, signal } = question;
  const pod = podOf(manifest);
  const main = mainField(pod, MAIN);
  const about = (check: PreviewFinding["check"], subject: string) => ({
    check,
    subject,
    server: api.access.server,
    signal,
  });
  const nodes = nodesOf(question);
  const [tried, ...own] = await Promise.all([
    tryOut(question),
    orNotChecked(about("permissions", "What the connection's user may do"), () =>
      permissionFindings(api, spec, { namespace, signal }),
    ),
    orNotChecked(about("namespace", "The namespace"), () =>
      namespaceFindings(api, namespace, signal),
    ),
    referenceFindings(api, pod, {
      namespace,
      isOurs: (secret) => secret === pullSecretName(spec.attemptId),
      signal,
    }),
    orNotChecked(about("quota", "The room in the namespace's quotas"), () =>
      quotaFindings(api, { pod, namespace, main, signal }),
    ),
    imageFindings(pod, { ...question, nodes: nodes.then(({ list }) => list) }),
  ]);
  const [, , , , image] = own;
  if (tried.findings.some(({ check }) => check === "place")) return [...tried.findings, ...image];
  const found = await nodes;
  const ofNodes = found.areAll
    ? nodeFindings(tried.admitted ?? pod, found.list ?? [], main)
    : found.findings;
  const { admitted } = tried;
  const checked = [...own.flat(), ...ofNodes, ...additionFindings(pod, admitted)];
  // The server counts quotas with their scopes, and has found room.
  const kept = checked.filter(
    ({ check, severity }) => admitted === null || check !== "quota" || severity !== "error",
  );
  return joined(tried.findings, kept);
}

async function tryOut(question: ClusterQuestion): Promise<DryRun> {
  const { api, manifest, signal } = question;
  try {
    return manifest.kind === "Job"
      ? await tryOutJob(question, manifest)
      : await dryRun(api, manifest, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    const message = `The API server ${api.access.server} did not answer within ${LIMIT_MS / 1000} s.`;
    const remedy = "See whether the cluster runs and can be reached from this machine.";
    return { admitted: null, findings: [finding("error", "place", message, { remedy })] };
  }
}

/** Quotas and Pod Security look at pods, not at what makes them, so that its pod is tried too. */
async function tryOutJob(
  { api, spec, inline, ...options }: ClusterQuestion,
  job: NewJob,
): Promise<DryRun> {
  const asPod = { ...spec, kubernetes: { ...spec.kubernetes, asJob: false } };
  const pod = manifestFromSpec(asPod, { ...options, inline });
  const [ofJob, ofPod] = await Promise.all([
    dryRun(api, job, options.signal),
    dryRun(api, pod, options.signal),
  ]);
  const isSame = (one: PreviewFinding, other: PreviewFinding) =>
    one.check === other.check && one.field === other.field;
  const more = ofPod.findings
    .filter((one) => !ofJob.findings.some((other) => isSame(one, other)))
    // The user of Job mode needs no right to make pods.
    .map((one) => (one.check === "permissions" ? podNotTried(one) : one));
  return { admitted: ofPod.admitted, findings: [...ofJob.findings, ...more] };
}

function podNotTried({ evidence }: PreviewFinding): PreviewFinding {
  const message =
    "Quotas and Pod Security were not checked: the connection's user may not create pods, which a Job makes for it.";
  return finding("not-checked", "admission", message, { evidence });
}

interface FoundNodes {
  /** null: they could not be read. */
  list: NodeView[] | null;
  /** Whether `list` has every node that there is. */
  areAll: boolean;
  findings: PreviewFinding[];
}

async function nodesOf({ api, signal }: ClusterQuestion): Promise<FoundNodes> {
  const found: FoundNodes = { list: null, areAll: false, findings: [] };
  const subject = "Whether a node can take the pod";
  const { server } = api.access;
  const about = { check: "nodes", subject, server, signal } as const;
  found.findings = await orNotChecked(about, async () => {
    const { nodes, areAll } = await readNodes(api, signal);
    found.list = nodes;
    found.areAll = areAll;
    const message = `${subject} was not checked: the cluster has more than ${nodes.length} nodes.`;
    return areAll ? [] : [finding("not-checked", "nodes", message)];
  });
  return found;
}

/** Of what the dry run and a check both say, the check says it better; the server's words are kept. */
function joined(tried: PreviewFinding[], own: PreviewFinding[]): PreviewFinding[] {
  const isSame = (one: PreviewFinding, other: PreviewFinding) =>
    one.check === other.check && one.severity === "error" && other.severity === "error";
  const isSaidByBoth = (check: PreviewFinding["check"]) =>
    ["permissions", "namespace", "service-account", "quota"].includes(check);
  const lacksNamespace = own.some(
    ({ check, severity }) => check === "namespace" && severity === "error",
  );
  const kept = own
    // In a namespace that is not there nothing else is either.
    .filter(({ check }) => !lacksNamespace || !["references", "service-account"].includes(check))
    .map((one) => {
      const twin = isSaidByBoth(one.check) ? tried.find((other) => isSame(one, other)) : undefined;
      return one.evidence === "" && twin ? { ...one, evidence: twin.evidence } : one;
    });
  const rest = tried.filter(
    (one) => !isSaidByBoth(one.check) || !kept.some((other) => isSame(one, other)),
  );
  return [...rest, ...kept];
}
