import type { PreviewFinding } from "../contract.ts";
import type { ClusterApi } from "./api.ts";
import { ApiFailure } from "./api-failure.ts";
import { finding, orNotChecked } from "./preview-finding.ts";
import type { ContainerView, PodView, VolumeView } from "./preview-pod.ts";

/** Something of the namespace that a pod needs or, as pull secrets, goes without. */
interface NeededObject {
  kind: "service account" | "ConfigMap" | "Secret" | "PersistentVolumeClaim" | "pull secret";
  name: string;
  field: string;
}

const PLURAL = {
  "service account": "serviceaccounts",
  ConfigMap: "configmaps",
  Secret: "secrets",
  PersistentVolumeClaim: "persistentvolumeclaims",
  "pull secret": "secrets",
} as const;

/** That it is there is all that is asked: nothing of a secret leaves the API server. */
const METADATA_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

/**
 * Whether everything that the pod names in its namespace is there.
 * @param isOurs whether a secret is made with the pod, by name
 */
export async function referenceFindings(
  api: ClusterApi,
  pod: PodView,
  options: { namespace: string; isOurs: (secret: string) => boolean; signal: AbortSignal },
): Promise<PreviewFinding[]> {
  const { namespace, isOurs, signal } = options;
  const wanted = neededObjects(pod).filter(
    ({ kind, name }) => !PLURAL[kind].startsWith("secret") || !isOurs(name),
  );
  const unique = new Map(wanted.map((one) => [`${one.kind} ${one.name}`, one]));
  const found = [...unique.values()].map((one) => {
    const check = one.kind === "service account" ? "service-account" : "references";
    const subject = `Whether the ${one.kind} \`${one.name}\` exists`;
    const { server } = api.access;
    return orNotChecked({ check, subject, server, signal }, async () => {
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/${PLURAL[one.kind]}/${encodeURIComponent(one.name)}`;
      try {
        await api.call("GET", path, { accept: METADATA_ONLY, signal });
        return [];
      } catch (error) {
        if (!(error instanceof ApiFailure) || error.status !== 404) throw error;
        return [missing(one, namespace, error.message)];
      }
    });
  });
  return (await Promise.all(found)).flat();
}

function missing({ kind, name, field }: NeededObject, namespace: string, evidence: string) {
  const what = `The ${kind} \`${name}\` does not exist in the namespace \`${namespace}\``;
  if (kind === "pull secret") {
    const remedy = "Correct its name in imagePullSecrets, or create it.";
    const message = `${what}: the image would be pulled without a login.`;
    return finding("warning", "references", message, { remedy, evidence, field });
  }
  const check = kind === "service account" ? "service-account" : "references";
  const remedy = `Correct the name, or create the ${kind}.`;
  return finding("error", check, `${what}.`, { remedy, evidence, field });
}

function neededObjects(pod: PodView): NeededObject[] {
  const { serviceAccountName, imagePullSecrets = [], volumes = [] } = pod;
  const of = (kind: NeededObject["kind"], name: string | undefined, field: string) =>
    name ? [{ kind, name, field }] : [];
  return [
    ...of("service account", serviceAccountName, "spec.serviceAccountName"),
    ...imagePullSecrets.flatMap(({ name }, index) =>
      of("pull secret", name, `spec.imagePullSecrets[${index}].name`),
    ),
    ...volumes.flatMap((volume, index) => ofVolume(volume, `spec.volumes[${index}]`)),
    ...(["containers", "initContainers"] as const).flatMap((list) =>
      (pod[list] ?? []).flatMap((one, index) => ofContainer(one, `spec.${list}[${index}]`)),
    ),
  ];
}

function ofVolume(volume: VolumeView, field: string): NeededObject[] {
  const { configMap, secret, persistentVolumeClaim: claim, projected } = volume;
  const found: NeededObject[] = [];
  if (configMap?.name && !configMap.optional) {
    found.push({ kind: "ConfigMap", name: configMap.name, field: `${field}.configMap.name` });
  }
  if (secret?.secretName && !secret.optional) {
    found.push({ kind: "Secret", name: secret.secretName, field: `${field}.secret.secretName` });
  }
  if (claim?.claimName) {
    const place = `${field}.persistentVolumeClaim.claimName`;
    found.push({ kind: "PersistentVolumeClaim", name: claim.claimName, field: place });
  }
  for (const [index, source] of (projected?.sources ?? []).entries()) {
    found.push(...ofVolume(projectedAsVolume(source), `${field}.projected.sources[${index}]`));
  }
  return found;
}

type ProjectedSource = NonNullable<NonNullable<VolumeView["projected"]>["sources"]>[number];

function projectedAsVolume({ configMap, secret }: ProjectedSource): VolumeView {
  return {
    ...(configMap && { configMap }),
    ...(secret && {
      secret: {
        ...(secret.name && { secretName: secret.name }),
        optional: secret.optional ?? false,
      },
    }),
  };
}

function ofContainer({ env = [], envFrom = [] }: ContainerView, field: string): NeededObject[] {
  const found: NeededObject[] = [];
  const add = (
    kind: "ConfigMap" | "Secret",
    reference: { name?: string; optional?: boolean } | undefined,
    place: string,
  ): void => {
    if (!reference?.name || reference.optional) return;
    found.push({ kind, name: reference.name, field: `${field}.${place}.name` });
  };
  for (const [index, { valueFrom }] of env.entries()) {
    const place = `env[${index}].valueFrom`;
    add("ConfigMap", valueFrom?.configMapKeyRef, `${place}.configMapKeyRef`);
    add("Secret", valueFrom?.secretKeyRef, `${place}.secretKeyRef`);
  }
  for (const [index, { configMapRef, secretRef }] of envFrom.entries()) {
    add("ConfigMap", configMapRef, `envFrom[${index}].configMapRef`);
    add("Secret", secretRef, `envFrom[${index}].secretRef`);
  }
  return found;
}
