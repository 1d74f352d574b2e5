/** What the operator gives to flows by environment variables (LANGUAGE.md 3.9). */

/** The secret of this key, from `SECRET_<KEY>` in base64; null when there is none. */
export function readSecret(
  key: string,
  source: Record<string, string | undefined> = process.env,
): string | null {
  const encoded = source[`SECRET_${key}`] ?? source[`SECRET_${key.toUpperCase()}`];
  return encoded === undefined ? null : Buffer.from(encoded, "base64").toString("utf8");
}

/** `envs` of expressions: every `ENV_<NAME>`, by its name in lower case. */
export function readFlowEnvs(
  source: Record<string, string | undefined> = process.env,
): Record<string, string> {
  const envs: Record<string, string> = {};
  for (const [name, value] of Object.entries(source)) {
    if (name.startsWith("ENV_") && value !== undefined) envs[name.slice(4).toLowerCase()] = value;
  }
  return envs;
}
