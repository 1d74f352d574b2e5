import type { z } from "zod";
import { durationMs } from "#lib/flow/duration.ts";
import { taskFailure } from "../task-failure.ts";
import {
  type ConnectionConfig,
  type TaskContext,
  TaskFailure,
  type TokenProvider,
} from "../task-type.ts";
import type { connectionSchema } from "./kubernetes-runner.ts";

/** `config` in its newest spelling, rendered; base64 data loses its line breaks. */
export async function connectionConfig(
  written: z.output<typeof connectionSchema>,
  path: string,
  context: TaskContext,
): Promise<ConnectionConfig> {
  const render = async (...names: (keyof typeof written)[]): Promise<string | undefined> => {
    for (const name of names) {
      const value = written[name];
      if (typeof value === "string") return context.render(value, `${path}.${name}`);
    }
    return undefined;
  };
  const data = async (...names: (keyof typeof written)[]): Promise<string | undefined> => {
    const text = await render(...names);
    return text === undefined || text.includes("-----BEGIN") ? text : text.replaceAll(/\s/g, "");
  };
  return onlySet({
    masterUrl: await render("masterUrl"),
    namespace: await render("namespace"),
    username: await render("username"),
    password: await render("password"),
    oauthToken: (await render("oauthToken", "oAuthToken"))?.trim(),
    caCertData: await data("caCertData", "caCert"),
    clientCertData: await data("clientCertData", "clientCert"),
    clientKeyData: await data("clientKeyData", "clientKey"),
    clientKeyPassphrase: await render("clientKeyPassphrase"),
    oauthTokenProvider: await tokenProvider(written.oauthTokenProvider, path, context),
    caCertFile: await render("caCertFile"),
    clientCertFile: await render("clientCertFile"),
    clientKeyFile: await render("clientKeyFile"),
    keyStoreFile: await render("keyStoreFile"),
    keyStorePassphrase: await render("keyStorePassphrase"),
    trustStoreFile: await render("trustStoreFile"),
    trustStorePassphrase: await render("trustStorePassphrase"),
    inheritClusterConfig: written.inheritClusterConfig,
    trustCerts: written.trustCerts,
    disableHostnameVerification: written.disableHostnameVerification,
    kubeconfig: await render("kubeconfig"),
    context: await render("context"),
  });
}

const CACHE_MS = 5 * 60_000;

/** Only `cache` is rendered here: the rest has the provider's own outputs. */
async function tokenProvider(
  written: z.output<typeof connectionSchema>["oauthTokenProvider"],
  path: string,
  context: TaskContext,
): Promise<TokenProvider | undefined> {
  if (written === undefined) return undefined;
  const { task, output, cache } = written;
  if (cache === undefined) return { task, output, cacheMs: CACHE_MS };
  const rendered = await context.render(cache, `${path}.oauthTokenProvider.cache`);
  const cacheMs = durationMs(rendered);
  if (cacheMs !== null && cacheMs >= 0) return { task, output, cacheMs };
  const { failure } = taskFailure(
    "config",
    `\`cache\` is \`${rendered}\`, which is no duration.`,
    "Write it as ISO 8601, e.g. PT5M; PT0S asks anew for every task run.",
  );
  throw new TaskFailure(failure, ["taskRunner", "config", "oauthTokenProvider", "cache"]);
}

type Unset<T> = { [Key in keyof T]: T[Key] | undefined };

function onlySet(config: Unset<ConnectionConfig>): ConnectionConfig {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}
