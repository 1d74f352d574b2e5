import type { IncomingHttpHeaders } from "node:http";
import { isLoopback } from "#lib/config/listen-address.ts";

/** Who may speak to this server. */
export interface GatePolicy {
  /** The port we listen on. */
  port: number;
  /** Host names besides the loopback ones, with or without a port. */
  allowedHosts: readonly string[];
}

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Why a request is refused before anything looks at it; null when it may pass. A page of another
 * site must reach neither this server under a name of its own (DNS rebinding: Host) nor use the
 * browser of a person who can (Origin, Sec-Fetch-Site).
 */
export function refusedBecause(
  method: string,
  headers: IncomingHttpHeaders,
  policy: GatePolicy,
): string | null {
  const host = headers.host?.toLowerCase();
  if (!host || !isKnownHost(host, policy)) {
    return `This server is not called "${printable(host ?? "")}". Open it as http://localhost:${policy.port}, or add the name to PODFLOW_ALLOWED_HOSTS.`;
  }
  const origin = headers.origin;
  if (origin !== undefined && originHost(origin) !== withoutDefaultPort(host)) {
    return `A page of ${printable(origin)} may not use this server; only its own pages and programs may.`;
  }
  const site = headers["sec-fetch-site"];
  const isForeign = site !== undefined && site !== "same-origin" && site !== "none";
  // A link may lead here. Images, scripts and the like need no Origin and would keep the server at work.
  const isLink = READS.has(method) && headers["sec-fetch-mode"] === "navigate";
  if (isForeign && !isLink) return "A page of another site may only link to this server.";
  return null;
}

function isKnownHost(host: string, policy: GatePolicy): boolean {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]/@\s]+)(?::(\d{1,5}))?$/.exec(host);
  const name = match?.[1];
  if (name === undefined) return false;
  const allowed = policy.allowedHosts.map((entry) => entry.toLowerCase());
  if (allowed.includes(host) || allowed.includes(name)) return true;
  return isLoopback(name.replace(/^\[(.*)\]$/, "$1")) && Number(match?.[2] ?? 80) === policy.port;
}

/** Host and port of an origin, without the scheme's default port; null when it is none ("null"). */
function originHost(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function withoutDefaultPort(host: string): string {
  return host.replace(/:(80|443)$/, "");
}

/** What came from outside, fit to stand in a sentence. */
function printable(text: string): string {
  return text.slice(0, 200).replaceAll(/[^\x20-\x7e]|["<>]/g, "?");
}
