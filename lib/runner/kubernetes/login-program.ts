import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";
import { RunnerError } from "../contract.ts";
import type { KubeconfigCluster, KubeconfigUser } from "./kubeconfig.ts";

const TIMEOUT_MS = 60_000;
/** How long a credential without an end is believed. */
const ENDLESS_MS = 10 * 60_000;
/** So that a token does not end while a call is on its way. */
const MARGIN_MS = 30_000;

const answer = z.object({
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().optional(),
  }),
});

/**
 * Runs the `exec` program of a kubeconfig's user, without a shell, as client-go does
 * (client.authentication.k8s.io: KUBERNETES_EXEC_INFO in, an ExecCredential out).
 * @throws RunnerError of kind `unauthorized`
 */
export async function runLoginProgram(
  exec: NonNullable<KubeconfigUser["exec"]>,
  cluster: KubeconfigCluster,
): Promise<{ token?: string; cert?: string; key?: string; until: number }> {
  const apiVersion = exec.apiVersion ?? "client.authentication.k8s.io/v1";
  const spec = { interactive: false, ...(exec.provideClusterInfo && { cluster: infoOf(cluster) }) };
  const info = JSON.stringify({ apiVersion, kind: "ExecCredential", spec });
  const own = (exec.env ?? []).map(({ name, value }) => `${name}=${value}`);
  const variables = [...own, `KUBERNETES_EXEC_INFO=${info}`];
  try {
    // `env` adds to our own environment: the program needs PATH, HOME and cloud settings, as under kubectl.
    const command = [...variables, exec.command, ...(exec.args ?? [])];
    const { stdout } = await promisify(execFile)("env", command, {
      timeout: TIMEOUT_MS,
      maxBuffer: 1024 * 1024,
    });
    const { status } = answer.parse(JSON.parse(stdout));
    const end = status.expirationTimestamp ? Date.parse(status.expirationTimestamp) : Number.NaN;
    return {
      token: status.token,
      cert: status.clientCertificateData,
      key: status.clientKeyData,
      until: Number.isNaN(end) ? Date.now() + ENDLESS_MS : end - MARGIN_MS,
    };
  } catch (error) {
    // Neither the command, which has the kubeconfig's variables, nor the answer may be shown.
    const stderr = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    const code = error instanceof Error && "code" in error ? String(error.code) : null;
    const why =
      code === null ? "It did not answer with an ExecCredential." : `It ended with ${code}.`;
    throw new RunnerError(
      "unauthorized",
      `The login program "${exec.command}" of the kubeconfig failed.`,
      {
        remedy: "Run it by hand where Podflow runs, or use a service account's token instead.",
        evidence: (stderr || why).slice(0, 2000),
        fault: "user",
        isTransient: false,
        cause: error,
      },
    );
  }
}

function infoOf(cluster: KubeconfigCluster): Record<string, unknown> {
  return {
    server: cluster.server,
    "certificate-authority-data": cluster["certificate-authority-data"],
    "insecure-skip-tls-verify": cluster["insecure-skip-tls-verify"],
    "tls-server-name": cluster["tls-server-name"],
    "proxy-url": cluster["proxy-url"],
  };
}
