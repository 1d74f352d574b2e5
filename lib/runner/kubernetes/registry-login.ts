import type { RegistryCredentials } from "../kubernetes-options.ts";

/** The name by which the kubelet looks up Docker Hub's login (k8s.io/kubernetes/pkg/credentialprovider). */
const DOCKER_HUB = "https://index.docker.io/v1/";
const HUB_NAMES = ["docker.io", "index.docker.io", "registry-1.docker.io", "hub.docker.com"];

/** The registry that an image comes from, by the rules of its name: Docker Hub when it names none. */
export function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return isHost ? keyOf(first) : DOCKER_HUB;
}

/** The login in the form of Docker's `config.json`, which nodes read from a pull secret. */
export function dockerConfig(credentials: RegistryCredentials, image: string): string {
  const { username, password } = credentials;
  const registry = credentials.registry ? keyOf(credentials.registry) : registryOf(image);
  const pair = Buffer.from(`${username ?? ""}:${password ?? ""}`).toString("base64");
  return JSON.stringify({ auths: { [registry]: { auth: credentials.auth ?? pair } } });
}

function keyOf(registry: string): string {
  const host = registry.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return HUB_NAMES.includes(host) ? DOCKER_HUB : registry;
}
