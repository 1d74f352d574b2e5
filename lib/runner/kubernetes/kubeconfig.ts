import { parse } from "yaml";
import { z } from "zod";
import { RunnerError } from "../contract.ts";

const text = z.string().optional();
const cluster = z.object({
  server: z.string(),
  "certificate-authority-data": text,
  "certificate-authority": text,
  "insecure-skip-tls-verify": z.boolean().optional(),
  "tls-server-name": text,
  "proxy-url": text,
});
const user = z.object({
  token: text,
  tokenFile: text,
  "client-certificate-data": text,
  "client-certificate": text,
  "client-key-data": text,
  "client-key": text,
  username: text,
  password: text,
  as: text,
  "as-groups": z.array(z.string()).optional(),
  exec: z
    .object({
      apiVersion: text,
      command: z.string(),
      args: z.array(z.string()).nullish(),
      env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
      provideClusterInfo: z.boolean().optional(),
    })
    .optional(),
  "auth-provider": z.looseObject({ name: z.string() }).optional(),
});
const context = z.object({ cluster: z.string(), user: text, namespace: text });

const named = <K extends string, T extends z.ZodType>(key: K, value: T) =>
  z
    .array(z.looseObject({ name: z.coerce.string() }))
    .nullish()
    .transform((entries, issues) =>
      (entries ?? []).flatMap((entry) => {
        const parsed = value.safeParse(entry[key] ?? {});
        if (parsed.success) return [{ name: entry.name, value: parsed.data }];
        const [first] = parsed.error.issues;
        issues.addIssue(`${key} "${entry.name}": ${first?.path.join(".")}: ${first?.message}`);
        return [];
      }),
    );

const schema = z.object({
  "current-context": z.string().nullish(),
  clusters: named("cluster", cluster),
  users: named("user", user),
  contexts: named("context", context),
});

export type KubeconfigCluster = z.infer<typeof cluster>;
export type KubeconfigUser = z.infer<typeof user>;
export type KubeconfigContext = z.infer<typeof context>;
export type Kubeconfig = z.infer<typeof schema>;

/** A kubeconfig has a few KiB for each cluster; a megabyte is something else. */
const MAX_CHARACTERS = 1024 * 1024;

/** @throws RunnerError of kind `config` that says what is wrong with the text */
export function readKubeconfig(source: { text: string }): Kubeconfig {
  if (source.text.length > MAX_CHARACTERS) throw unusable("It is larger than 1 MiB.");
  let document: unknown;
  try {
    document = parse(source.text);
  } catch (error) {
    // The parser's message quotes the line it fails at, which may hold a secret: only its place is told.
    const place = error instanceof Error ? /at line \d+, column \d+/.exec(error.message)?.[0] : "";
    throw unusable(`It is no YAML${place ? ` (${place})` : ""}.`, error);
  }
  const parsed = schema.safeParse(document);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw unusable(`${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim());
  }
  return parsed.data;
}

/**
 * A context with what it names. `context: null` takes the current one, or the only one.
 * @throws RunnerError of kind `config`
 */
export function readContext(
  kubeconfig: Kubeconfig,
  options: { context: string | null },
): { context: KubeconfigContext; cluster: KubeconfigCluster; user: KubeconfigUser } {
  const { contexts } = kubeconfig;
  const only = contexts.length === 1 ? contexts[0]?.name : null;
  const name = options.context ?? (kubeconfig["current-context"] || only);
  const found = contexts.find((entry) => entry.name === name)?.value;
  const names = contexts.map((entry) => entry.name).join(", ") || "none";
  if (!found) {
    throw unusable(
      name
        ? `It has no context "${name}"; its contexts: ${names}.`
        : `It has no current context; its contexts: ${names}.`,
    );
  }
  const of = kubeconfig.clusters.find((entry) => entry.name === found.cluster)?.value;
  if (!of)
    throw unusable(
      `The context "${name}" names the cluster "${found.cluster}", which is not in it.`,
    );
  const as = kubeconfig.users.find((entry) => entry.name === found.user)?.value;
  if (!as && found.user) {
    throw unusable(`The context "${name}" names the user "${found.user}", who is not in it.`);
  }
  return { context: found, cluster: of, user: as ?? {} };
}

function unusable(why: string, cause?: unknown): RunnerError {
  return new RunnerError("config", `The kubeconfig cannot be used. ${why}`, {
    remedy: "Take the output of: kubectl config view --minify --flatten --raw",
    fault: "user",
    isTransient: false,
    cause,
  });
}
