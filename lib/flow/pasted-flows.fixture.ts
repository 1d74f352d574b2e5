/** Flows as people paste them, in the spellings of 0.16, 0.17 and the paid edition. */
export const PASTED_FLOWS: [string, string][] = [
  [
    "the shell example of the runner's page",
    `id: kubernetes_script_runner
namespace: myteam

description: |
  To get the kubeconfig file, run: \`kubectl config view --minify --flatten\`.
  Then, copy the values to the configuration below.

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
      config:
        clientKey: |
          LS0tLS1CRUdJTi
          BSU0EgUFJJVkFU
        clientCert: |
          LS0tLS1CRUdJTi
        caCert: |
          LS0tLS1CRUdJTi
        masterUrl: https://docker-for-desktop:6443
        username: docker-desktop
    commands:
      - cp data.txt out.txt
`,
  ],
  [
    "the Python example of the runner's page",
    `id: kubernetes_script_runner
namespace: dev

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
      platform = platform.platform()
      os_arch = f"{sys.platform}/{platform.machine()}"


      def print_environment_info():
          print(f"Host's network name: {host}")
          print(f"Python version: {py_version}")
          print(f"Platform info: {platform}")
          print(f"OS/Arch: {os_arch}")

          env_info = {
              "host": host,
              "platform": platform,
              "os_arch": os_arch,
              "python_version": py_version,
          }
          Kestra.outputs(env_info)

          filename = "environment_info.json"
          with open(filename, "w") as json_file:
              json.dump(env_info, json_file, indent=4)


      if __name__ == '__main__':
          print_environment_info()
`,
  ],
  [
    "0.17 with the shared connection",
    `id: with_connection
namespace: company.team
labels:
  - key: owner
    value: data
inputs:
  - id: rows
    type: INT
    defaults: 100
variables:
  image: python:3.11-slim
tasks:
  - id: extract
    type: io.kestra.plugin.scripts.python.Commands
    containerImage: "{{ vars.image }}"
    beforeCommands:
      - pip install requests > /dev/null
    env:
      ROWS: "{{ inputs.rows }}"
      TZ: Europe/Paris
    inputFiles:
      main.py: |
        import os
        print(os.environ["ROWS"])
    outputFiles:
      - "*.csv"
      - out/**
    taskRunner:
      type: io.kestra.plugin.kubernetes.runner.Kubernetes
      namespace: jobs
      serviceAccountName: runner
      nodeSelector:
        pool: batch
      labels:
        team: data
      resources:
        request: { cpu: "1", memory: 512Mi }
        limit: { cpu: 2, memory: 1Gi }
      waitUntilRunning: PT15M
      waitUntilCompletion: PT2H
      fileSidecar:
        image: busybox:1.36
      config:
        masterUrl: https://kubernetes.example.org
        caCertData: abc
        oauthToken: abc
        trustCerts: false
    retry:
      type: exponential
      interval: PT10S
      maxInterval: PT5M
      maxAttempt: 5
      delayFactor: 1.5
      warningOnRetry: true
    timeout: PT1H
    allowFailure: true
    commands:
      - python main.py
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: "{{ outputs.extract.vars.count ?? 'none' }} rows, exit code {{ outputs.extract.exitCode }}"
outputs:
  - id: file
    type: FILE
    value: "{{ outputs.extract.outputFiles['rows.csv'] }}"
`,
  ],
  [
    "the paid edition's runner with dynamic properties",
    `id: paid
namespace: company.team
tasks:
  - id: shell
    type: io.kestra.plugin.scripts.shell.Script
    description: Says where it runs
    interpreter: ["/bin/bash", "-c"]
    failFast: true
    outputDirectory: true
    runIf: "{{ execution.id is not empty }}"
    taskRunner:
      type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes
      pullPolicy: IF_NOT_PRESENT
      delete: true
      resume: true
      waitForLogs: PT30S
      config:
        masterUrl: "https://{{ envs.cluster }}"
        oauthToken: "{{ secret('K8S_TOKEN') }}"
    script: |
      hostname > {{ outputDir }}/name.txt
      echo '::{"outputs":{"host":"'"$(hostname)"'"},"metrics":[{"name":"n","type":"counter","value":1}]}::'
`,
  ],
  [
    "the paid edition's runner with parts of a pod",
    `id: paid_parts
namespace: company.team
inputs:
  - id: uid
    type: INT
    defaults: 1000
variables:
  tolerations:
    - key: gpu
      operator: Exists
tasks:
  - id: train
    type: io.kestra.plugin.scripts.python.Commands
    containerImage: ghcr.io/company/train:1.4
    inputFiles:
      data.csv: "a,b"
    outputFiles: ["*.bin"]
    taskRunner:
      type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes
      pullPolicy: IF_NOT_PRESENT
      syncWorkingDirectory: true
      delete: "{{ execution.id is not empty }}"
      annotations: { karpenter.sh/do-not-disrupt: "true" }
      podSpec:
        hostNetwork: false
        terminationGracePeriodSeconds: 30
        tolerations: "{{ vars.tolerations }}"
        securityContext: { runAsUser: "{{ inputs.uid }}", fsGroup: 1000 }
        volumes:
          - name: data
            persistentVolumeClaim: { claimName: "data-{{ flow.id }}" }
        initContainers:
          - name: proxy
            image: envoyproxy/envoy:v1.34
            restartPolicy: Always
        containers:
          - name: main
            tty: false
          - name: cloud-sql-proxy
            image: gcr.io/cloud-sql/proxy:2
            args: ["--port=5432"]
      containerSpec:
        env:
          - { name: DATA, value: "{{ workingDir }}/data" }
        envFrom:
          - secretRef: { name: train }
        volumeMounts:
          - { name: data, mountPath: "{{ workingDir }}/data" }
      containerDefaultSpec:
        securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false }
      fileSidecar:
        image: busybox:1.36
        resources: { requests: { cpu: 50m }, limit: { memory: 64Mi } }
        defaultSpec:
          securityContext: { readOnlyRootFilesystem: true }
      fileSideCarSpec:
        imagePullPolicy: IfNotPresent
    commands: [python train.py]
`,
  ],
  [
    "older names of core tasks",
    `id: older_names
namespace: dev
inputs:
  - name: greeting
    type: STRING
    defaults: hi
  - id: color
    type: ENUM
    values: [red, blue]
    defaults: red
tasks:
  - id: log
    type: io.kestra.core.tasks.log.Log
    message: "{{ inputs.greeting }} {{ inputs.color }}"
  - id: return
    type: io.kestra.core.tasks.debugs.Return
    format: "{{ task.id }} > {{ taskrun.startDate }}"
  - id: fail
    type: io.kestra.core.tasks.executions.Fail
    condition: "{{ outputs.return.value == '' }}"
  - id: process
    type: io.kestra.plugin.scripts.shell.Commands
    runner: PROCESS
    commands:
      - echo "{{ outputs.return.value }}"
  - id: docker
    type: io.kestra.plugin.scripts.node.Script
    runner: DOCKER
    docker:
      image: node:20
      pullPolicy: IF_NOT_PRESENT
    script: console.log("hi")
  - id: runner
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.core.models.tasks.runners.types.ProcessTaskRunner
    commands: [ls]
  - id: docker_runner
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.scripts.runner.docker.DockerTaskRunner
      pullPolicy: ALWAYS
      volumes: [/tmp:/tmp]
    commands: [ls]
`,
  ],
];
