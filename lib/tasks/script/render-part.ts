import { hasExpression } from "#lib/flow/schema/parts.ts";
import { taskFailure } from "../task-failure.ts";
import type { TaskContext } from "../task-type.ts";
import { isTextPlace, modeOf, type PartPlace } from "./manifest-part.ts";

type Part = Record<string, unknown>;

/** Properties of a pod whose value is a number (k8s.io/api/core/v1, PodSpec and what is below it). */
const NUMBERS = new Set(
  `activeDeadlineSeconds containerPort defaultMode expirationSeconds failureThreshold fsGroup
  hostPort initialDelaySeconds lun maxExpirationSeconds maxSkew minDomains mode partition
  periodSeconds port priority runAsGroup runAsUser seconds successThreshold supplementalGroups
  terminationGracePeriodSeconds timeoutSeconds tolerationSeconds weight`.split(/\s+/),
);
/** Those whose value is true or false. */
const BOOLEANS = new Set(
  `allowPrivilegeEscalation automountServiceAccountToken enableServiceLinks hostIPC hostNetwork
  hostPID hostProcess hostUsers optional privileged readOnly readOnlyRootFilesystem runAsNonRoot
  setHostnameAsFQDN shareProcessNamespace stdin stdinOnce tty`.split(/\s+/),
);
interface Place extends PartPlace {
  path: string;
}

/**
 * A part of a manifest with every text in it rendered; keys stay as they are. A text becomes a
 * number, true or false where Kubernetes wants one, and an expression that gives JSON becomes that
 * map or list, except in values of variables, commands and arguments, which may be JSON as text.
 * @returns null when there is none
 * @throws TaskFailure when a whole part is an expression that gives no map
 */
export async function renderPart(
  written: string | Part | undefined,
  path: string,
  context: TaskContext,
): Promise<Part | null> {
  if (written === undefined) return null;
  const place = { path, key: "", isItem: false, mapKey: "" };
  const rendered = await renderValue(written, place, context);
  if (rendered === null || rendered === "" || rendered === "null") return null;
  if (isPart(rendered)) return rendered;
  throw taskFailure(
    "config",
    `\`${path}\` is an expression that gives no map.`,
    "Let it give a map, which is printed as JSON, or write the map itself.",
    JSON.stringify(rendered).slice(0, 200),
  );
}

async function renderValue(value: unknown, place: Place, context: TaskContext): Promise<unknown> {
  if (typeof value === "string") {
    const hasOne = hasExpression(value);
    const text = hasOne ? await context.render(value, place.path) : value;
    return typed(text, place, hasOne);
  }
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const [index, item] of value.entries()) {
      const path = `${place.path}[${index}]`;
      items.push(await renderValue(item, { ...place, path, isItem: true }, context));
    }
    return items;
  }
  if (!isPart(value)) return value;
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    const path = `${place.path}.${key}`;
    entries.push([
      key,
      await renderValue(item, { path, key, isItem: false, mapKey: place.key }, context),
    ]);
  }
  return Object.fromEntries(entries);
}

function typed(text: string, place: Place, isRendered: boolean): unknown {
  if (isTextPlace(place)) return text;
  const { key } = place;
  const trimmed = text.trim();
  const mode = modeOf(key, trimmed);
  if (mode !== null) return mode;
  if (NUMBERS.has(key) && /^-?\d{1,15}$/.test(trimmed)) return Number(trimmed);
  if (BOOLEANS.has(key) && /^(true|false)$/.test(trimmed)) return trimmed === "true";
  return isRendered && /^[[{]/.test(trimmed) ? (jsonOf(trimmed) ?? text) : text;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Text that only looks like JSON stays text.
    return null;
  }
}

function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
