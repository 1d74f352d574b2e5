import type { PreviewFinding } from "../contract.ts";
import { type ImageReference, readImageReference } from "./image-reference.ts";
import { finding } from "./preview-finding.ts";
import { isReady, type NodeView } from "./preview-nodes.ts";
import type { ContainerView, PodView } from "./preview-pod.ts";
import { askRegistry } from "./registry.ts";

interface ImageQuestion {
  asksRegistries: boolean;
  /** null: they could not be read. */
  nodes: Promise<NodeView[] | null>;
  signal: AbortSignal;
}

/** Whether each image has a name that can be one, is where it says, and is made for the nodes. */
export async function imageFindings(
  pod: PodView,
  question: ImageQuestion,
): Promise<PreviewFinding[]> {
  const images = new Map<string, { container: ContainerView; field: string }>();
  for (const list of ["containers", "initContainers"] as const) {
    for (const [index, container] of (pod[list] ?? []).entries()) {
      const field = `spec.${list}[${index}].image`;
      const image = container.image ?? "";
      if (!images.has(image)) images.set(image, { container, field });
    }
  }
  const found = [...images].map(([image, { container, field }]) =>
    ofImage(image, { ...question, field, policy: container.imagePullPolicy ?? "" }),
  );
  return (await Promise.all(found)).flat();
}

async function ofImage(
  image: string,
  question: ImageQuestion & { field: string; policy: string },
): Promise<PreviewFinding[]> {
  const { field, policy } = question;
  if (image === "") {
    const remedy = "Set containerImage.";
    return [finding("error", "image", "The container has no image.", { remedy, field })];
  }
  const reference = readImageReference(image);
  if ("wrong" in reference) {
    const message = `\`${image}\` cannot be an image: ${reference.wrong}.`;
    const remedy = "Write it as registry/name:tag.";
    return [finding("error", "image", message, { remedy, field })];
  }
  const held = policy === "Always" ? null : heldBy(reference, await question.nodes);
  if (policy === "Never") return ofNever(image, field, held);
  if (held?.byAll) {
    return [finding("info", "image", `Every ready node has \`${image}\` already.`, { field })];
  }
  if (!question.asksRegistries) {
    const message = `Whether \`${image}\` exists was not checked: asking registries is switched off.`;
    return [finding("not-checked", "image", message, { field })];
  }
  return ofRegistry(image, reference, question);
}

/** A node names this many of its images, the largest (kubelet's nodeStatusMaxImages). */
const NAMED_IMAGES = 50;

interface Held {
  byAll: boolean;
  /** null: nodes have more images than they name. */
  byAny: boolean | null;
}

/** Which ready nodes say that they have the image; null when nodes could not be read. */
function heldBy(reference: ImageReference, nodes: NodeView[] | null): Held | null {
  const ready = (nodes ?? []).filter(isReady);
  if (ready.length === 0) return null;
  const { registry, repository, tag, digest } = reference;
  const name = `${registry}/${repository}${digest ? `@${digest}` : `:${tag}`}`;
  const imagesOf = ({ status }: NodeView) => status?.images ?? [];
  const has = (node: NodeView) => imagesOf(node).some(({ names }) => names?.includes(name));
  const mayHaveMore = ready.some((node) => imagesOf(node).length >= NAMED_IMAGES);
  const byAny = ready.some(has) || (mayHaveMore ? null : false);
  return { byAll: ready.every(has), byAny };
}

function ofNever(image: string, field: string, held: Held | null): PreviewFinding[] {
  if (held?.byAny) {
    const which = held.byAll ? "Every ready node has" : "Some ready nodes have";
    const severity = held.byAll ? "info" : "warning";
    const message = `${which} \`${image}\`, and with pullPolicy Never it is not pulled.`;
    return [finding(severity, "image", message, { field })];
  }
  if (held?.byAny === false) {
    const message = `No ready node has \`${image}\`, and with pullPolicy Never it is not pulled.`;
    const remedy = "Let pullPolicy be IfNotPresent, or bring the image to a node.";
    return [finding("warning", "image", message, { field, remedy })];
  }
  const message = `Whether a node has \`${image}\` was not checked: nodes do not say it, and with pullPolicy Never it is not pulled.`;
  return [finding("not-checked", "image", message, { field })];
}

async function ofRegistry(
  image: string,
  reference: ImageReference,
  { field, policy, nodes, signal }: ImageQuestion & { field: string; policy: string },
): Promise<PreviewFinding[]> {
  const { registry } = reference;
  const answer = await askRegistry(reference, signal);
  switch (answer.kind) {
    case "unknown": {
      const message = `Whether \`${image}\` exists was not checked: ${answer.why}.`;
      return [finding("not-checked", "image", message, { field, evidence: answer.evidence })];
    }
    case "missing": {
      const isNeeded = policy === "Always";
      const unless = isNeeded ? "" : ", so that only a node that has it already can run it";
      const message = `The registry ${registry} has no image \`${image}\`${unless}.`;
      const remedy = "Correct the name and tag, or push the image.";
      const { evidence } = answer;
      return [
        finding(isNeeded ? "error" : "warning", "image", message, { remedy, field, evidence }),
      ];
    }
    case "found":
      return ofPlatforms(image, { ...answer, field, nodes: await nodes });
  }
}

function ofPlatforms(
  image: string,
  found: { platforms: string[]; nodes: NodeView[] | null; field: string },
): PreviewFinding[] {
  const { platforms, nodes, field } = found;
  if (platforms.length === 0) {
    return [finding("info", "image", `\`${image}\` is in its registry.`, { field })];
  }
  const names = platforms.join(", ");
  const of = (node: NodeView) =>
    `${node.status?.nodeInfo?.operatingSystem}/${node.status?.nodeInfo?.architecture}`;
  const wanted = [...new Set((nodes ?? []).filter(isReady).map(of))];
  const fits = (platform: string) =>
    platforms.some((one) => one === platform || one.startsWith(`${platform}/`));
  if (wanted.length > 0 && !wanted.some(fits)) {
    const message = `\`${image}\` is made for ${names}, but the nodes are ${wanted.join(", ")}.`;
    const remedy = "Use an image for the nodes' platform, or build one for several.";
    return [finding("error", "image", message, { remedy, field })];
  }
  return [finding("info", "image", `\`${image}\` is in its registry, for ${names}.`, { field })];
}
