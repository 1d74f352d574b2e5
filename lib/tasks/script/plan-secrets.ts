import type { ScriptPlan } from "../task-type.ts";

/** What of a plan must not be seen in logs and failures, also when the flow has it in plain text. */
export function planSecrets({ runner, kubernetes }: ScriptPlan): string[] {
  const config = runner.kind === "kubernetes" ? runner.config : null;
  const { username = null, password = null, auth = null } = kubernetes.credentials ?? {};
  const pair = password && Buffer.from(`${username ?? ""}:${password}`).toString("base64");
  const ofAuth =
    auth &&
    Buffer.from(auth, "base64")
      .toString()
      .replace(/^[^:]*:/, "");
  return [
    password,
    pair,
    auth,
    ofAuth,
    config?.password,
    config?.oauthToken,
    config?.clientKeyData,
    config?.clientKeyPassphrase,
    config?.keyStorePassphrase,
    config?.trustStorePassphrase,
  ].filter((secret): secret is string => Boolean(secret));
}
