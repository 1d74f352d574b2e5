import type { WaitCause } from "./cause.ts";
import { FREE_THE_DISK, FULL_DISK } from "./container-causes.ts";

export interface ImageRow extends WaitCause {
  /** What the registry or the runtime says. */
  text: RegExp;
}

const CONTAINERD = "containerd core/remotes/docker";
const healing = { fault: "platform", graceSeconds: null, began: "no", kind: "image" } as const;
const final = { fault: "user", graceSeconds: 0, began: "no", kind: "image" } as const;

/** Why an image cannot be pulled (ErrImagePull, ImagePullBackOff), first match first. */
export const IMAGE_CAUSES: ImageRow[] = [
  {
    id: "image-rate",
    source: "distribution's error code TOOMANYREQUESTS",
    text: /toomanyrequests|429 Too Many|rate limit/i,
    ...healing,
    says: 'The registry limits how often the image "{image}" may be pulled.',
    remedy: "Wait, or pull with an account, or use a mirror.",
  },
  {
    id: "image-platform",
    source: "containerd core/images/image.go, no match for platform",
    text: /no match for platform|no matching manifest|exec format error/i,
    ...final,
    says: 'The image "{image}" does not exist for the node\'s platform.',
    remedy: "Choose an image for it, or a node of another platform by nodeSelector.",
  },
  {
    id: "image-disk",
    source: "ENOSPC, EDQUOT of the node",
    text: FULL_DISK,
    ...healing,
    says: 'The node has no room on its disk for the image "{image}".',
    remedy: FREE_THE_DISK,
  },
  {
    id: "image-certificate",
    source: "crypto/x509 and crypto/tls of Go",
    text: /x509|certificate signed by|tls: |server gave HTTP response to HTTPS client/i,
    ...healing,
    says: 'The node does not trust the registry of the image "{image}".',
    remedy: "Let the nodes' container runtime trust the registry's certificate.",
  },
  {
    id: "image-unreachable",
    source: `${CONTAINERD}; net of Go`,
    text: /no such host|connection refused|i\/o timeout|TLS handshake timeout|dial tcp|deadline exceeded|unexpected EOF|connection reset|: EOF|[\s(]50\d\b|no route to host/i,
    ...healing,
    says: 'The registry of the image "{image}" cannot be reached.',
    remedy: "Check the registry's name, and that the nodes reach it.",
  },
  {
    id: "image-missing",
    source: `${CONTAINERD}/resolver.go; distribution's MANIFEST_UNKNOWN and NAME_UNKNOWN`,
    text: /manifest unknown|name unknown|not found|does not exist|NotFound/i,
    ...final,
    says: 'The image "{image}" does not exist in its registry.',
    remedy:
      "Correct the name or the tag in containerImage; a private image also needs a pull secret.",
  },
  {
    id: "image-login-missing",
    source: "distribution's error code UNAUTHORIZED",
    text: /unauthorized|authentication required|[\s(]401\b|no basic auth/i,
    ...final,
    says: 'The registry does not give out the image "{image}" without a login.',
    remedy: "Add `credentials` to the task runner, or a pull secret to the service account.",
  },
  {
    id: "image-login-refused",
    source: "distribution's error code DENIED",
    text: /denied|forbidden|[\s(]403\b/i,
    ...final,
    says: 'The registry does not give out the image "{image}" to this login.',
    remedy: "Correct the name in containerImage, or use a login that may pull it.",
  },
  {
    id: "image-unknown",
    source: "pkg/kubelet/images/types.go, ErrImagePull and ImagePullBackOff",
    text: /^/,
    ...healing,
    says: 'The image "{image}" cannot be pulled.',
    remedy: "See what the node says, and correct containerImage.",
  },
];

/** Up to where a reference or an address ends in a message. */
const REST = String.raw`[^\s"]*`;

/** What a message says besides the names of images and addresses, which may hold any word or number. */
export function errorIn(message: string, image: string): string {
  const name = image.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const names = new RegExp(
    String.raw`https?://${REST}|(?<=^|[\s"]|[\w.-]/)${name}(?![\w.-])${REST}`,
    "g",
  );
  return message.replaceAll(names, "");
}
