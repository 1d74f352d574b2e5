import { join } from "node:path";
import type { Settings } from "./settings.ts";

/** The processes of a cluster, in the order in which they can start. */
export const COMPONENTS = [
  "registry",
  "etcd",
  "containerd",
  "apiserver",
  "forward",
  "dns",
  "controllers",
  "scheduler",
  "kubelet",
] as const;
export type ComponentName = (typeof COMPONENTS)[number];

/** The program and arguments of a component. */
export function commandLine(name: ComponentName, settings: Settings): [string, ...string[]] {
  const { binaries, state, ports, network } = settings;
  const kube = join(binaries, "kube");
  switch (name) {
    case "registry":
      return [kube, "registry", `127.0.0.1:${ports.registry}`, settings.blobs];
    case "etcd":
      return [kube, "etcd", ...etcdFlags(settings)];
    case "containerd":
      return [join(binaries, "containerd"), "-c", join(state, "containerd.toml")];
    case "apiserver":
      return [kube, "kube-apiserver", ...apiServerFlags(settings)];
    case "forward":
      return [kube, "forward", `${network.api}:443`, `127.0.0.1:${ports.api}`];
    case "dns":
      return [kube, "dns", `${network.api}:53`, network.api];
    case "controllers":
      return [kube, "kube-controller-manager", ...controllerFlags(settings)];
    case "scheduler":
      return [kube, "kube-scheduler", ...schedulerFlags(settings)];
    case "kubelet":
      return [kube, "kubelet", ...kubeletFlags(settings)];
  }
}

/** Without fsync: the state of a test cluster need not outlive the machine's power. */
function etcdFlags({ state, ports }: Settings): string[] {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return flags({
    "data-dir": join(state, "data/etcd"),
    "unsafe-no-fsync": "true",
    "listen-client-urls": client,
    "advertise-client-urls": client,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": `default=${peer}`,
  });
}

function apiServerFlags({ state, ports, network }: Settings): string[] {
  const pki = (name: string): string => join(state, "pki", name);
  return flags({
    "etcd-servers": `http://127.0.0.1:${ports.etcd}`,
    "bind-address": "127.0.0.1",
    "secure-port": `${ports.api}`,
    "advertise-address": network.node,
    "service-cluster-ip-range": network.services,
    "tls-cert-file": pki("apiserver.crt"),
    "tls-private-key-file": pki("apiserver.key"),
    "client-ca-file": pki("ca.crt"),
    "authorization-mode": "Node,RBAC",
    "service-account-key-file": pki("sa.key"),
    "service-account-signing-key-file": pki("sa.key"),
    "service-account-issuer": "https://kubernetes.default.svc",
    "kubelet-client-certificate": pki("admin.crt"),
    "kubelet-client-key": pki("admin.key"),
    // The node's certificate is for localhost, and so logs and exec go there.
    "kubelet-preferred-address-types": "Hostname",
    "allow-privileged": "true",
  });
}

/** As administrator, because making an account for each of its controllers takes it four seconds. */
function controllerFlags({ state }: Settings): string[] {
  const pki = (name: string): string => join(state, "pki", name);
  return flags({
    kubeconfig: join(state, "kubeconfig"),
    "leader-elect": "false",
    "secure-port": "0",
    "service-account-private-key-file": pki("sa.key"),
    "root-ca-file": pki("ca.crt"),
    "cluster-signing-cert-file": pki("ca.crt"),
    "cluster-signing-key-file": pki("ca.key"),
  });
}

function schedulerFlags({ state }: Settings): string[] {
  return flags({
    kubeconfig: join(state, "kubeconfig"),
    "leader-elect": "false",
    "secure-port": "0",
  });
}

function kubeletFlags({ state, network }: Settings): string[] {
  return flags({
    kubeconfig: join(state, "kubeconfig"),
    config: join(state, "kubelet.yaml"),
    "root-dir": join(state, "data/kubelet"),
    "cert-dir": join(state, "pki"),
    "hostname-override": "localhost",
    "node-ip": network.node,
  });
}

function flags(values: Record<string, string>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}
