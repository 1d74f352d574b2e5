import { expect, test } from "vitest";
import { nearestPlace, writtenPlace } from "./written-place.ts";

const FLOW = `id: a
namespace: b
tasks:
  - id: first
    type: io.kestra.plugin.core.log.Log
    message: x
  - id: second
    type: io.kestra.plugin.scripts.shell.Commands
    commands:
      - a
    env: {TZ: UTC}
    containerImage: busybox
    taskRunner:
      type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes
      namespace: jobs
      connection:
        caCertFile: /etc/ca.crt
      resources:
        request:
          cpu: 1x
      fileSidecar:
        image: alpine
        defaultSpec:
          tty: x
      podSpec:
        volumes:
          - name: data
            emptydir: {}
          - name: other
        tolerations: "{{ vars.tolerations }}"
`;

const K = "kubernetes";
test.each<[(string | number)[], string | null]>([
  [[K, "podSpec", "volumes", 0, "emptydir"], "            emptydir: {}"],
  [[K, "podSpec", "volumes", 1], "          - name: other"],
  [[K, "podSpec", "volumes", 1, "name"], "          - name: other"],
  [[K, "podSpec", "tolerations", 3, "operator"], '        tolerations: "{{ vars.tolerations }}"'],
  [[K, "resources", "requests", "cpu"], "          cpu: 1x"],
  [[K, "helperSpec", "tty"], "          tty: x"],
  [[K, "helperImage"], "        image: alpine"],
  [[K, "namespace"], "      namespace: jobs"],
  [["taskRunner", "config", "caCertFile"], "        caCertFile: /etc/ca.crt"],
  [["image"], "    containerImage: busybox"],
  [["env", "TZ"], "    env: {TZ: UTC}"],
  [["command"], "    commands:"],
  [["nothing"], null],
])("%j is written in the line %j", (path, line) => {
  const place = writtenPlace(FLOW, 1, path);
  expect(place === null ? null : FLOW.split("\n")[place.startLine - 1]).toBe(line);
});

test("a path of the task itself is found as well", () => {
  expect(nearestPlace(FLOW, 0, [["message"]])?.startLine).toBe(6);
});
