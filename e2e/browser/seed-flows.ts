import type { Credentials } from "#e2e/cluster/kubeconfig.ts";

/** The shell example of Kestra's page of the Kubernetes task runner, with its missing keys. */
export function seedShell(namespace: string, config: string): string {
  return `id: kubernetes_script_runner
namespace: ${namespace}

description: |
  To get the kubeconfig file, run: \`kubectl config view --minify --flatten\`.
  Then, copy the \`server\`, \`caCert\`, \`clientKey\`, \`clientCert\`, \`user\`, and \`namespace\` values to the configuration below.
  Here is a mapping of the kubeconfig file to the KubernetesTaskRunner configuration:
  - clientKey: client-key-data
  - clientCert: client-certificate-data
  - caCert: certificate-authority-data
  - masterUrl: server
  - username: user

inputs:
  - id: file
    type: FILE

tasks:
  - id: shell
    type: io.kestra.plugin.scripts.shell.Commands
    inputFiles:
      data.txt: "{{ inputs.file }}"
    outputFiles:
      - out.txt
    containerImage: centos
    taskRunner:
      type: io.kestra.plugin.kubernetes.runner.KubernetesTaskRunner
      pullPolicy: Always
${config}    commands:
      - echo "copying $(wc -c < data.txt) bytes"
      - cp data.txt out.txt
`;
}

/** `config` as the page's mapping of a kubeconfig says. */
export function seedConfig({ server, authority, certificate, key }: Credentials): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return `      config:
        clientKey: |
          ${base64(key)}
        clientCert: |
          ${base64(certificate)}
        caCert: |
          ${base64(authority)}
        masterUrl: ${server}
        username: podflow-test
`;
}

/**
 * The Python example of the same page, with its missing lines, and with a name of its own for what
 * hid the module `platform` there and made it fail. Its `config` is nobody's: a person picks the
 * connection.
 */
export function seedPython(namespace: string): string {
  return `id: kubernetes_script_runner
namespace: ${namespace}

tasks:
  - id: send_data
    type: io.kestra.plugin.scripts.python.Script
    containerImage: ghcr.io/kestra-io/pydata:latest
    taskRunner:
      type: io.kestra.plugin.kubernetes.runner.KubernetesTaskRunner
      namespace: default
      pullPolicy: Always
      config:
        username: docker-desktop
        masterUrl: https://docker-for-desktop:6443
        caCert: xxx
        clientCert: xxx
        clientKey: xxx
      resources:
        request: # The resources the container is guaranteed to get
          cpu: "500m" # Request 1/2 of a CPU (500 milliCPU)
          memory: "128Mi" # Request 128 MB of memory
    outputFiles:
      - "*.json"
    warningOnStdErr: false
    script: |
      import platform
      import socket
      import sys
      import json
      from kestra import Kestra

      print("Hello from a Kubernetes runner!")

      host = platform.node()
      py_version = platform.python_version()
      platform_info = platform.platform()
      os_arch = f"{sys.platform}/{platform.machine()}"

      def print_environment_info():
          print(f"Host's network name: {host}")
          print(f"Python version: {py_version}")
          print(f"Platform info: {platform_info}")
          print(f"OS/Arch: {os_arch}")

          env_info = {
              "host": host,
              "platform": platform_info,
              "os_arch": os_arch,
              "python_version": py_version,
          }
          Kestra.outputs(env_info)

          filename = "environment_info.json"
          with open(filename, "w") as json_file:
              json.dump(env_info, json_file, indent=4)

      if __name__ == '__main__':
          print_environment_info()
`;
}
