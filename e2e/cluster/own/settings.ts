import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { packageFile } from "./packages.ts";
import type { Network } from "./network.ts";

export interface Ports {
  api: number;
  etcd: number;
  etcdPeer: number;
  kubelet: number;
  registry: number;
}

/** Everything that one cluster's files and command lines depend on. */
export interface Settings {
  cluster: string;
  /** The binaries that buildNode made. */
  binaries: string;
  /** Blobs that the registry serves. */
  blobs: string;
  state: string;
  logs: string;
  /** The cgroup, below the root, under which all pods live. */
  cgroup: string;
  network: Network;
  ports: Ports;
}

export const SANDBOX_IMAGE = "localhost/pause:1";

/** Writes the configuration files of containerd, the CNI plugins and the kubelet. */
export async function writeSettings(settings: Settings): Promise<void> {
  const { state } = settings;
  for (const folder of ["run", "data", "cni", "certs.d/_default"]) {
    await mkdir(join(state, folder), { recursive: true });
  }
  await writeFile(join(state, "containerd.toml"), containerdToml(settings));
  await writeFile(join(state, "kubelet.yaml"), kubeletYaml(settings));
  await writeFile(join(state, "cni", "10-bridge.conflist"), bridgeJson(settings));
  const registry = `http://127.0.0.1:${settings.ports.registry}`;
  // For every registry there is: an image that ours does not have is "not found", and nothing leaves the machine.
  await writeFile(
    join(state, "certs.d/_default/hosts.toml"),
    `server = "${registry}"\n[host."${registry}"]\ncapabilities = ["pull", "resolve", "push"]\n`,
  );
}

/** Two traps: without CAP_SYS_RESOURCE runc dies unless OOM scores are restricted, and NRI has one fixed socket. */
function containerdToml({ state, binaries }: Settings): string {
  const cri = `plugins."io.containerd.cri.v1`;
  return `version = 3
root = "${state}/data/containerd"
state = "${state}/run/containerd"
disabled_plugins = ["io.containerd.nri.v1.nri"]
[grpc]
address = "${state}/run/containerd.sock"
[${cri}.images".pinned_images]
sandbox = "${SANDBOX_IMAGE}"
[${cri}.images".registry]
config_path = "${state}/certs.d"
[${cri}.runtime"]
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
[${cri}.runtime".cni]
bin_dirs = ["${binaries}"]
conf_dir = "${state}/cni"
[${cri}.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[${cri}.runtime".containerd.runtimes.runc.options]
BinaryName = "${packageFile("runc")}"
`;
}

/** Log rotation, Pod Security and quotas are Kubernetes' defaults; limits on disk are off, because a full disk of the machine is not ours to judge. */
function kubeletYaml({ state, ports, cgroup, network }: Settings): string {
  return `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, x509: {clientCAFile: ${state}/pki/ca.crt}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
tlsCertFile: ${state}/pki/kubelet-server.crt
tlsPrivateKeyFile: ${state}/pki/kubelet-server.key
port: ${ports.kubelet}
healthzPort: 0
cgroupDriver: cgroupfs
cgroupRoot: /${cgroup}
failCgroupV1: false
failSwapOn: false
containerRuntimeEndpoint: unix://${state}/run/containerd.sock
podLogsDir: ${state}/data/pod-logs
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: "100Mi", nodefs.available: "0%", imagefs.available: "0%", nodefs.inodesFree: "0%"}
clusterDomain: cluster.local
clusterDNS: ["${network.api}"]
maxPods: 250
registryPullQPS: 0
serializeImagePulls: false
resolvConf: ""
`;
}

function bridgeJson({ network, state }: Settings): string {
  const ipam = {
    type: "host-local",
    dataDir: join(state, "data", "cni"),
    ranges: [[{ subnet: network.pods }]],
    routes: [{ dst: "0.0.0.0/0" }],
  };
  const bridge = { type: "bridge", bridge: network.bridge, isGateway: true, ipMasq: false, ipam };
  return JSON.stringify({
    cniVersion: "1.0.0",
    name: network.bridge,
    plugins: [bridge, { type: "loopback" }],
  });
}
