/** An image's name, taken apart as a node does it. */
export interface ImageReference {
  /** Host and port; `docker.io` when the name has none. */
  registry: string;
  repository: string;
  /** null: only a digest. */
  tag: string | null;
  digest: string | null;
}

const DEFAULT_REGISTRY = "docker.io";
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const HOST =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::\d+)?$/;

/** The name in its parts; what is wrong with it when it is none (distribution/reference). */
export function readImageReference(image: string): ImageReference | { wrong: string } {
  const [named = "", digest = null, more] = image.split("@");
  if (more !== undefined || (digest !== null && !DIGEST.test(digest))) {
    return { wrong: "what follows the `@` is no digest, e.g. `sha256:` and 64 hex digits" };
  }
  const slash = named.indexOf("/");
  const first = slash === -1 ? "" : named.slice(0, slash);
  const hasHost = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  if (hasHost && !HOST.test(first)) return { wrong: `\`${first}\` is no registry's address` };
  const rest = hasHost ? named.slice(slash + 1) : named;
  const colon = rest.indexOf(":", rest.lastIndexOf("/") + 1);
  const path = colon === -1 ? rest : rest.slice(0, colon);
  const tag = colon === -1 ? null : rest.slice(colon + 1);
  if (tag !== null && !TAG.test(tag)) return { wrong: `\`${tag}\` is no tag` };
  if (path !== path.toLowerCase()) return { wrong: "the name must be in small letters" };
  if (!path.split("/").every((part) => COMPONENT.test(part))) {
    return { wrong: `\`${path}\` is no name of an image` };
  }
  const registry = hasHost ? first : DEFAULT_REGISTRY;
  const isOfficial = registry === DEFAULT_REGISTRY && !path.includes("/");
  return {
    registry,
    repository: isOfficial ? `library/${path}` : path,
    tag: tag ?? (digest === null ? "latest" : null),
    digest,
  };
}
