import { request } from "undici";
import type { ImageReference } from "./image-reference.ts";

/** Kept short: the answer is a courtesy. */
const LIMIT_MS = 2_000;
const MAX_MANIFEST_BYTES = 4 * 1024 ** 2;

export type RegistryAnswer =
  /** `platforms`: e.g. `linux/amd64`; empty when the manifest does not say. */
  | { kind: "found"; platforms: string[] }
  | { kind: "missing"; evidence: string }
  /** `why` goes on after "it was not checked: ". */
  | { kind: "unknown"; why: string; evidence: string };

const ACCEPT = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * Whether a registry has the image, as far as it says so to somebody without a login
 * (OCI distribution specification, "Pulling manifests"). Never throws.
 */
export async function askRegistry(
  reference: ImageReference,
  callersSignal: AbortSignal,
): Promise<RegistryAnswer> {
  const signal = AbortSignal.any([callersSignal, AbortSignal.timeout(LIMIT_MS)]);
  try {
    return await ask(reference, signal);
  } catch (error) {
    const evidence = error instanceof Error ? error.message : String(error);
    const { registry } = reference;
    const why = `the registry ${registry} did not answer from here within ${LIMIT_MS / 1000} s`;
    const broken = `the registry ${registry} cannot be reached from here`;
    return { kind: "unknown", why: signal.aborted ? why : broken, evidence };
  }
}

async function ask(reference: ImageReference, signal: AbortSignal): Promise<RegistryAnswer> {
  const { registry } = reference;
  const url = manifestUrl(reference);
  let answer = await get(url, {}, signal);
  const challenge = answer.status === 401 ? tokenUrl(answer.challenge, url) : null;
  if (challenge) {
    // What everybody gets who asks: public images need it.
    const token = tokenIn((await get(challenge, {}, signal)).text);
    if (token) answer = await get(url, { authorization: `Bearer ${token}` }, signal);
  }
  if (answer.status === 200) return { kind: "found", platforms: platformsIn(answer.text) };
  const evidence = `${answer.status} ${answer.text.slice(0, 300)}`.trim();
  if (answer.status === 404) return { kind: "missing", evidence };
  const needsLogin = answer.status === 401 || answer.status === 403;
  const why = needsLogin
    ? `the registry ${registry} says nothing of it without a login`
    : `the registry ${registry} answered with status ${answer.status}`;
  return { kind: "unknown", why, evidence };
}

/** Loopback registries speak plain HTTP, as containerd and Docker take them to. */
function manifestUrl({ registry, repository, tag, digest }: ImageReference): URL {
  const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host);
  return new URL(
    `${isLocal ? "http" : "https"}://${host}/v2/${repository}/manifests/${digest ?? tag ?? "latest"}`,
  );
}

/** Where a token for everybody is to be had; null for another kind of challenge. */
function tokenUrl(challenge: string, asked: URL): URL | null {
  const parameters = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
  const { realm, service, scope } = parameters;
  if (!/^bearer /i.test(challenge) || !realm || !URL.canParse(realm)) return null;
  const url = new URL(realm);
  const isSafe = url.protocol === "https:" || url.hostname === asked.hostname;
  if (!isSafe) return null;
  if (service) url.searchParams.set("service", service);
  if (scope) url.searchParams.set("scope", scope);
  return url;
}

function tokenIn(text: string): string | null {
  // The token specification's answer; other answers have neither name.
  const { token, access_token: accessToken } = JSON.parse(text) as {
    token?: string;
    access_token?: string;
  };
  return token ?? accessToken ?? null;
}

function platformsIn(text: string): string[] {
  // An index (of OCI or Docker) has `manifests`; a manifest of one image has none.
  const { manifests = [] } = JSON.parse(text) as {
    manifests?: { platform?: { os?: string; architecture?: string; variant?: string } }[];
  };
  return manifests.flatMap(({ platform }) => {
    const { os, architecture, variant } = platform ?? {};
    // Attestations are listed as images for a platform called unknown.
    if (!os || !architecture || os === "unknown") return [];
    return [[os, architecture, ...(variant ? [variant] : [])].join("/")];
  });
}

async function get(
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<{ status: number; text: string; challenge: string }> {
  const answer = await request(url, {
    headers: { accept: ACCEPT, "user-agent": "podflow", ...headers },
    signal,
    bodyTimeout: LIMIT_MS,
    headersTimeout: LIMIT_MS,
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_MANIFEST_BYTES) throw new Error("The answer is too large to be a manifest.");
    chunks.push(bytes);
  }
  return {
    status: answer.statusCode,
    text: Buffer.concat(chunks).toString("utf8"),
    challenge: String(answer.headers["www-authenticate"] ?? ""),
  };
}
