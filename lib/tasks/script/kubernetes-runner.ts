import { z } from "zod";
import {
  duration,
  flag,
  flagOrExpression,
  hasExpression,
  ignored,
  optional,
  required,
  text,
  textMap,
} from "#lib/flow/schema/parts.ts";
import { manifestPart } from "./manifest-part.ts";
import { CONTAINER_PROPERTIES, POD_PROPERTIES } from "./pod-properties.ts";
import { credentialsSchema } from "./registry-credentials.ts";

/** Every name that the runner had in 0.16, from 0.17 on, and in the paid edition. */
export const KUBERNETES_RUNNER_TYPES = [
  "io.kestra.plugin.kubernetes.runner.KubernetesTaskRunner",
  "io.kestra.plugin.kubernetes.runner.Kubernetes",
  "io.kestra.plugin.ee.kubernetes.runner.Kubernetes",
  "io.kestra.plugin.ee.kubernetes.runner.KubernetesTaskRunner",
] as const;

const POLICIES = {
  always: "Always",
  ifnotpresent: "IfNotPresent",
  never: "Never",
} as const;
type PullPolicy = (typeof POLICIES)[keyof typeof POLICIES];

/** The policy by either spelling (`IfNotPresent`, `IF_NOT_PRESENT`); null when it is none. */
export function pullPolicyOf(written: string): PullPolicy | null {
  const key = written.replaceAll("_", "").toLowerCase();
  return Object.hasOwn(POLICIES, key) ? POLICIES[key as keyof typeof POLICIES] : null;
}

const POLICY_ERROR = "must be Always, IfNotPresent or Never";
export const pullPolicy: z.ZodType<string> = z
  .string({ error: POLICY_ERROR })
  .refine((value) => hasExpression(value) || pullPolicyOf(value) !== null, { error: POLICY_ERROR })
  .meta({
    examples: ["Always", "IfNotPresent", "Never"],
  });

const data = (what: string): z.ZodOptional<z.ZodType<string>> =>
  optional(text(), `${what}: base64 as in a kubeconfig, or PEM.`);
const file = (what: string): z.ZodOptional<z.ZodType<string>> =>
  optional(
    text(),
    `${what}: a file of the server, below a folder that the operator allows (\`PODFLOW_CONFIG_FOLDERS\`).`,
  );
const TUNING = "The client needs no tuning here";

const tokenProviderSchema = z
  .strictObject({
    task: required(
      z.looseObject({ type: required(text(), "Type of a script task.") }),
      "A script task that prints the token as an output. Its log is not kept.",
    ),
    output: required(text(), "Expression of its outputs, e.g. `{{ vars.token }}`."),
    cache: optional(
      duration(),
      "How long a token is used again. Default `PT5M`; `PT0S`: for one task run.",
    ),
  })
  .meta({
    id: "OauthTokenProvider",
    markdownDescription:
      "Runs a task that gives the bearer token, where the flow runs. Without a `timeout` it has ten minutes.",
  });

/** `config` in the spellings of 0.16 and from 0.17 on, plus a kubeconfig (LANGUAGE.md 1.3). */
export const connectionSchema = z
  .strictObject({
    masterUrl: optional(text(), "The API server's address: `server` in a kubeconfig."),
    namespace: optional(text(), "Namespace of pods, when the runner names none."),
    username: optional(text(), "User of basic authentication."),
    password: optional(text(), "Password of basic authentication."),
    oAuthToken: optional(text(), "Bearer token (older spelling)."),
    oauthToken: optional(text(), "Bearer token."),
    caCert: data("The cluster's CA (older spelling), `certificate-authority-data`"),
    caCertData: data("The cluster's CA, `certificate-authority-data`"),
    clientCert: data("The client's certificate (older spelling), `client-certificate-data`"),
    clientCertData: data("The client's certificate, `client-certificate-data`"),
    clientKey: data("The client's key (older spelling), `client-key-data`"),
    clientKeyData: data("The client's key, `client-key-data`"),
    clientKeyPassphrase: optional(text(), "Passphrase of the client's key."),
    clientKeyAlgo: optional(text(), "Not needed: the key itself says it."),
    trustCerts: optional(
      flag(),
      "`true`: the server's certificate is not checked. Unsafe. `false`: it is, whatever the connection says.",
    ),
    disableHostnameVerification: optional(
      flag(),
      "`true`: the certificate may be for another name.",
    ),
    inheritClusterConfig: optional(
      flag(),
      "`false`: nothing comes from the connection. Otherwise what is not set here does.",
    ),
    kubeconfig: optional(text(), "A whole kubeconfig as YAML."),
    context: optional(text(), "Which of its contexts; its current one otherwise."),
    apiVersion: ignored("Pods are `v1` in every cluster"),
    maxConcurrentRequests: ignored(TUNING),
    maxConcurrentRequestsPerHost: ignored(TUNING),
    watchReconnectInterval: ignored(TUNING),
    caCertFile: file("The cluster's CA as PEM"),
    clientCertFile: file("The client's certificate as PEM"),
    clientKeyFile: file("The client's key as PEM"),
    keyStoreFile: file("PKCS#12 store with the client's key and certificate"),
    keyStorePassphrase: optional(text(), "Passphrase of the key store."),
    trustStoreFile: file("Certificates of the cluster's CAs as PEM"),
    trustStorePassphrase: optional(text(), "Not needed: certificates as PEM have none."),
    oauthTokenProvider: optional(tokenProviderSchema, "A task that gives the bearer token."),
  })
  .meta({
    id: "Connection",
    markdownDescription:
      "The cluster to run on. Without it, the connection that is picked when executing.\n\n" +
      "From `kubectl config view --minify --flatten`: `masterUrl` is `server`, `caCert` is " +
      "`certificate-authority-data`, `clientCert` is `client-certificate-data`, `clientKey` is " +
      "`client-key-data`, `username` is `user`.",
  });

const quantities = textMap();
const resourcesSchema = z.strictObject({
  request: optional(quantities, "What the container is guaranteed to get, e.g. `cpu: 500m`."),
  requests: optional(quantities, "What the container is guaranteed to get, e.g. `cpu: 500m`."),
  limit: optional(quantities, "What the container may use at most, e.g. `memory: 1Gi`."),
  limits: optional(quantities, "What the container may use at most, e.g. `memory: 1Gi`."),
});

/** The Kubernetes runner (LANGUAGE.md 1.1 and 1.2). */
export const kubernetesRunnerSchema = z.strictObject({
  type: required(z.enum(KUBERNETES_RUNNER_TYPES), "Runs the task as a pod."),
  config: optional(connectionSchema, "The cluster to run on."),
  connection: optional(connectionSchema, "Same as `config`."),
  pullPolicy: optional(pullPolicy, "When the image is pulled. Default `Always`."),
  namespace: optional(text(), "Namespace of the pod. Default: the connection's."),
  labels: optional(textMap(), "Labels of the pod, besides those that Podflow sets."),
  resources: optional(resourcesSchema, "CPU and memory of the container."),
  waitUntilRunning: optional(duration(), "Limit until the container runs. Default `PT10M`."),
  waitUntilCompletion: optional(
    duration(),
    "Limit on the run when the task has no `timeout`. Default `PT1H`.",
  ),
  delete: optional(flagOrExpression(), "`false`: the pod stays after its end. Default `true`."),
  resume: optional(
    flagOrExpression(),
    "Whether an interrupted task goes on in its pod. Always so here.",
  ),
  fileSidecar: optional(
    z.strictObject({
      image: optional(text(), "Image of the helper that moves files. Default `busybox`."),
      resources: optional(
        resourcesSchema,
        "CPU and memory of the helper. Default: a little of what the task's container asks for.",
      ),
      defaultSpec: optional(
        manifestPart(CONTAINER_PROPERTIES),
        "Properties of the helper's container, e.g. `securityContext`. Stronger than " +
          "`containerDefaultSpec`.",
      ),
    }),
    "The helper that moves files.",
  ),
  waitForLogs: optional(duration(), "Not needed: logs are read to their end."),
  serviceAccountName: optional(text(), "Service account of the pod."),
  nodeSelector: optional(textMap(), "Labels that the node must have."),
  podSpec: optional(
    manifestPart(POD_PROPERTIES),
    "Properties of the pod, as in a Kubernetes manifest below `spec`: `volumes`, `tolerations`, " +
      "`affinity`, `imagePullSecrets`, `securityContext` and so on. Containers with another name " +
      "than `main` run beside the task's own; `main` gives defaults for it. " +
      "Example: `tolerations: [{key: gpu, operator: Exists}]`",
  ),
  containerSpec: optional(
    manifestPart(CONTAINER_PROPERTIES),
    "Properties of the task's own container, as in a Kubernetes manifest: `env`, `envFrom`, " +
      "`volumeMounts`, `securityContext` and so on. Stronger than `podSpec`.",
  ),
  containerDefaultSpec: optional(
    manifestPart(CONTAINER_PROPERTIES),
    "Properties of every container of the pod, also of the helpers, for instance the " +
      "`securityContext` that a namespace asks for. What a container says itself is stronger.",
  ),
  fileSideCarSpec: optional(
    manifestPart(CONTAINER_PROPERTIES),
    "Older form of `fileSidecar.defaultSpec`, which is stronger, property by property.",
  ),
  credentials: optional(credentialsSchema, "Login to the image's registry."),
  syncWorkingDirectory: optional(
    flagOrExpression(),
    "Brings the whole working directory back for the next task. Without effect here: tasks share " +
      "files as `outputFiles` and `inputFiles`, and none has a working directory of another. " +
      'Write `outputFiles: ["**"]` to keep all files.',
  ),
  annotations: optional(textMap(), "Annotations of the pod, besides those that Podflow sets."),
  job: optional(
    z.union([flagOrExpression(), z.strictObject({}).transform(() => "true")], {
      error: "must be true, false, an expression or {}",
    }),
    "`true`: a Job (`batch/v1`) makes the pod, for clusters whose quotas, queues or reports are of " +
      "Jobs. It makes exactly one pod. Takes the permission to create, get, list and delete jobs.",
  ),
  version: ignored("Plugin versions have no effect here"),
});
