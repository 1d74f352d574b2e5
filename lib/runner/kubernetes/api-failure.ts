import { RunnerError } from "../contract.ts";
import { filled, wordsIn } from "./cause.ts";
import { REFUSALS } from "./refusal-causes.ts";

export interface FailureCause {
  /** e.g. `spec.containers[0].image`. */
  field?: string;
  message?: string;
}

/** An answer of the API server that is no success. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly status: number;
  /** Machine-readable, e.g. `AlreadyExists`; empty when the answer is not the API server's own. */
  readonly reason: string;
  readonly retryAfterSeconds: number | null;
  /** What is wrong field by field, where the API server says it (metav1.StatusCause). */
  readonly causes: readonly FailureCause[];

  constructor(
    status: number,
    message: string,
    options: {
      reason?: string;
      retryAfterSeconds?: number | null;
      causes?: readonly FailureCause[];
    } = {},
  ) {
    super(message);
    this.status = status;
    this.reason = options.reason ?? "";
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.causes = options.causes ?? [];
  }
}

/** The failure in a `Status` object, or in whatever a proxy on the way answered. */
export function failureFromBody(
  status: number,
  text: string,
  headers: Record<string, string | string[] | undefined> = {},
): ApiFailure {
  const retryAfter = secondsOf(headers["retry-after"]);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy or load balancer answers in HTML or plain text.
    const words = text.replace(/<[^>]*>/g, " ").trim();
    return new ApiFailure(status, words.slice(0, 500), { retryAfterSeconds: retryAfter });
  }
  const { message, reason, details } = (body ?? {}) as {
    message?: string;
    reason?: string;
    details?: { retryAfterSeconds?: number; causes?: FailureCause[] };
  };
  return new ApiFailure(status, message ?? text.slice(0, 500), {
    reason,
    retryAfterSeconds: details?.retryAfterSeconds ?? retryAfter,
    causes: details?.causes ?? [],
  });
}

/** Retry-After has seconds or, from a proxy, a date (RFC 9110, 10.2.3). */
function secondsOf(header: string | string[] | undefined): number | null {
  if (typeof header !== "string" || header.trim() === "") return null;
  const seconds = Number(header);
  const told = Number.isNaN(seconds) ? (Date.parse(header) - Date.now()) / 1000 : seconds;
  return Number.isFinite(told) ? Math.max(0, told) : null;
}

interface Verdict {
  kind: RunnerError["kind"];
  message: string;
  remedy: string;
  fault: "user" | "platform";
  isTransient: boolean;
}

/** Node's and OpenSSL's codes, see "errors" of node:os and "X509 certificate error codes" of node:tls. */
const NETWORK: [codes: RegExp, verdict: (server: string) => Verdict][] = [
  [
    /^(ENOTFOUND|EAI_\w+)$/,
    (server) =>
      unreachable(
        `The name of the API server ${server} cannot be resolved.`,
        "Check the address in the connection and this machine's DNS.",
      ),
  ],
  [
    /^ECONNREFUSED$/,
    (server) =>
      unreachable(
        `Nothing listens at the API server's address ${server}.`,
        "Start the cluster, or correct the address in the connection.",
      ),
  ],
  [
    /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/,
    (server) =>
      unreachable(
        `The API server ${server} does not answer.`,
        "Check the network, VPN or firewall between Podflow and the cluster.",
      ),
  ],
  [
    /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/,
    (server) =>
      untrusted(
        `The certificate of the API server ${server} is not valid today.`,
        "Renew the cluster's certificates, and check the clocks.",
      ),
  ],
  [
    /^(UNABLE_TO_\w+|SELF_SIGNED_\w+|DEPTH_ZERO_\w+|CERT_\w+|ERR_TLS_CERT_\w+|INVALID_CA|CRL_\w+)$/,
    (server) =>
      untrusted(
        `The certificate of the API server ${server} is not signed by the authority of the connection.`,
        "Take certificate-authority-data from the cluster's own kubeconfig.",
      ),
  ],
  [
    /^(ERR_SSL_\w+|ERR_OSSL_\w+|EPROTO)$/,
    (server) =>
      untrusted(
        `TLS with the API server ${server} failed.`,
        "Check that the address is the API server's, and that certificate and key belong together.",
      ),
  ],
];

function unreachable(message: string, remedy: string): Verdict {
  return { kind: "unreachable", message, remedy, fault: "platform", isTransient: true };
}

function untrusted(message: string, remedy: string): Verdict {
  return { kind: "certificate", message, remedy, fault: "user", isTransient: false };
}

/**
 * What a failed call means, in a person's words.
 * @param doing what was tried, e.g. `create the pod x in the namespace y`
 */
export function runnerErrorFrom(error: unknown, server: string, doing: string): RunnerError {
  if (error instanceof RunnerError) return error;
  const verdict = error instanceof ApiFailure ? ofStatus(error, doing) : ofNetwork(error, server);
  const evidence = evidenceOf(error);
  return new RunnerError(verdict.kind, verdict.message, { ...verdict, evidence, cause: error });
}

function ofNetwork(error: unknown, server: string): Verdict {
  const code = codeOf(error);
  const found = NETWORK.find(([codes]) => codes.test(code));
  if (found) return found[1](server);
  return unreachable(
    `The connection to the API server ${server} broke.`,
    "Check the network between Podflow and the cluster.",
  );
}

/** By the first row of refusal-causes.ts that applies. */
function ofStatus({ status, message }: ApiFailure, doing: string): Verdict {
  // What fails in the server may come right; a server that does not answer at all is the same to us.
  const asked = status >= 500 ? 429 : status;
  for (const row of REFUSALS) {
    if (row.status && !row.status.includes(asked)) continue;
    const found = wordsIn(message, row.text);
    if (!found) continue;
    const { kind, fault, isTransient } = row;
    const words = { doing, status: String(status), ...found };
    const says = filled(row.says, words);
    return { kind, fault, isTransient, message: says, remedy: filled(row.remedy, words) };
  }
  throw new Error("The last row of the refusals matches everything.");
}

/** The system's own code of a failed connection, which undici has in `cause` or in `errors`. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return codeOf(error.cause);
}

function evidenceOf(error: unknown): string {
  if (error instanceof ApiFailure) return error.message;
  if (error instanceof AggregateError) return evidenceOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  return code && !error.message.includes(code) ? `${error.message} (${code})` : error.message;
}
