import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ManifestPart } from "../kubernetes-options.ts";
import { type FlowParts, mergedPodSpec, type PodLayers } from "./pod-merge.ts";

const none = { generated: {}, asked: {}, holds: {}, beside: () => ({}) };
const NO_PARTS: FlowParts = {
  podSpec: null,
  containerSpec: null,
  containerDefaultSpec: null,
  helperSpec: null,
};

/** Main, a helper and the user's own containers, with these layers of Podflow's own. */
function pod(
  parts: Partial<FlowParts>,
  layers: Partial<Record<Layer, Partial<PodLayers["containers"][0]>>> = {},
) {
  return mergedPodSpec(
    {
      ...none,
      beside: () => layers.user?.generated ?? {},
      initContainers: [],
      containers: [
        {
          ...none,
          isHelper: false,
          ...layers.main,
          holds: { name: "main", ...layers.main?.holds },
        },
        {
          ...none,
          isHelper: true,
          ...layers.helper,
          holds: { name: "files", ...layers.helper?.holds },
        },
      ],
    },
    { ...NO_PARTS, ...parts },
  ) as unknown as { containers: ManifestPart[]; initContainers: ManifestPart[] };
}
type Layer = "main" | "helper" | "user";
const NAMES: Record<Layer, string> = { main: "main", helper: "files", user: "side" };

const entry = (own: ManifestPart) => ({
  containers: [
    { name: "main", ...own },
    { name: "side", ...own },
  ],
});

/**
 * The table of docs/pod-manifest.md: each layer sets `tty` to its own name and to nothing that a
 * later one would not win.
 */
const ORDER: [layer: string, (value: string) => Parameters<typeof pod>, Layer[]][] = [
  [
    "generated",
    (tty) => {
      const generated = { tty };
      return [{}, { main: { generated }, helper: { generated }, user: { generated } }];
    },
    ["main", "helper", "user"],
  ],
  [
    "containerDefaultSpec",
    (tty) => [{ containerDefaultSpec: { tty } }],
    ["main", "helper", "user"],
  ],
  ["fileSidecar.defaultSpec", (tty) => [{ helperSpec: { tty } }], ["helper"]],
  [
    "the task's own properties",
    (tty) => [{}, { main: { asked: { tty } }, helper: { asked: { tty } } }],
    ["main", "helper"],
  ],
  ["podSpec", (tty) => [{ podSpec: entry({ tty }) }], ["main", "user"]],
  ["containerSpec", (tty) => [{ containerSpec: { tty } }], ["main"]],
  [
    "what must hold",
    (tty) => [{}, { main: { holds: { tty } }, helper: { holds: { tty } } }],
    ["main", "helper"],
  ],
];

test("the table of docs/pod-manifest.md has this order", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/pod-manifest.md"), "utf8");
  const table = page.slice(page.indexOf("| layer |")).split("\n\n")[0] ?? "";
  const rows = table.split("\n").slice(2);
  const onPage = rows.map((row) => {
    const [layer = "", , ...ofContainers] = row.split("|").slice(1, -1);
    const filled = Object.keys(NAMES).filter((_, index) => ofContainers[index]?.trim());
    return [layer.replaceAll("`", "").split(",")[0]?.trim(), filled];
  });
  expect(onPage).toEqual(ORDER.map(([layer, , containers]) => [layer, containers]));
});

describe("of what is said of a container", () => {
  const pairs = ORDER.flatMap(([weaker, weak, weakOf], index) =>
    ORDER.slice(index + 1).flatMap(([stronger, strong, strongOf]) =>
      weakOf
        .filter((container) => strongOf.includes(container))
        .map((container) => ({ weaker, stronger, container, weak, strong })),
    ),
  );
  test.each(pairs)("$stronger counts more than $weaker ($container)", ({ container, ...one }) => {
    const [weakParts, weakLayers = {}] = one.weak("weaker");
    const [strongParts, strongLayers = {}] = one.strong("stronger");
    const layersOf = (name: Layer) => ({ ...weakLayers[name], ...strongLayers[name] });
    const made = pod(
      { podSpec: entry({}), ...weakParts, ...strongParts },
      { main: layersOf("main"), helper: layersOf("helper"), user: layersOf("user") },
    );
    const found = made.containers.find(({ name }) => name === NAMES[container]);
    expect(found?.["tty"]).toBe("stronger");
  });
});

type Row = [what: string, parts: Partial<FlowParts>, main: ManifestPart];
const MERGES: Row[] = [
  [
    "maps property by property",
    {
      containerDefaultSpec: { securityContext: { runAsUser: 1, capabilities: { drop: ["ALL"] } } },
      containerSpec: { securityContext: { runAsUser: 2, capabilities: { add: ["CHOWN"] } } },
    },
    { securityContext: { runAsUser: 2, capabilities: { drop: ["ALL"], add: ["CHOWN"] } } },
  ],
  [
    "forms that exclude each other as a whole",
    {
      containerDefaultSpec: {
        readinessProbe: { exec: { command: ["a"] } },
        securityContext: { seccompProfile: { type: "Localhost", localhostProfile: "x" } },
      },
      containerSpec: {
        readinessProbe: { tcpSocket: { port: 1 } },
        securityContext: { seccompProfile: { type: "RuntimeDefault" } },
      },
    },
    {
      readinessProbe: { tcpSocket: { port: 1 } },
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
    },
  ],
  [
    "variables by name, the weaker ones first",
    {
      containerDefaultSpec: {
        env: [
          { name: "A", value: "1" },
          { name: "B", value: "1" },
        ],
      },
      containerSpec: {
        env: [
          { name: "C", value: "3" },
          { name: "A", valueFrom: {} },
        ],
      },
    },
    {
      env: [
        { name: "B", value: "1" },
        { name: "C", value: "3" },
        { name: "A", valueFrom: {} },
      ],
    },
  ],
  [
    "mounts by their place, the weaker ones first",
    {
      containerDefaultSpec: {
        volumeMounts: [
          { name: "ca", mountPath: "/ca" },
          { name: "a", mountPath: "/x" },
        ],
      },
      podSpec: entry({ volumeMounts: [{ name: "b", mountPath: "/x" }] }),
    },
    {
      volumeMounts: [
        { name: "ca", mountPath: "/ca" },
        { name: "b", mountPath: "/x" },
      ],
    },
  ],
  [
    "sources of variables one after the other",
    {
      containerDefaultSpec: { envFrom: [{ secretRef: { name: "a" } }] },
      containerSpec: { envFrom: [{ secretRef: { name: "b" } }] },
    },
    { envFrom: [{ secretRef: { name: "a" } }, { secretRef: { name: "b" } }] },
  ],
  [
    "other lists as a whole",
    {
      podSpec: entry({ ports: [{ containerPort: 1 }] }),
      containerSpec: { ports: [{ containerPort: 2 }] },
    },
    { ports: [{ containerPort: 2 }] },
  ],
  [
    "nothing where the stronger says nothing",
    { containerDefaultSpec: { tty: true }, containerSpec: { tty: null } },
    { tty: true },
  ],
];

test.each(MERGES)("layers are merged: %s", (_what, parts, main) => {
  expect(pod(parts).containers[0]).toEqual({ name: "main", ...main });
});

test("our variables come first, so that others may refer to them, and nothing takes their place", () => {
  const ours = [{ name: "WORKING_DIR", value: "/w" }];
  const mounts = [{ name: "ours", mountPath: "/w" }];
  const theirs = [
    { name: "WORKING_DIR", value: "/x" },
    { name: "IN", value: "$(WORKING_DIR)/in" },
  ];
  const [main] = pod(
    { containerSpec: { env: theirs, volumeMounts: [{ name: "theirs", mountPath: "/t" }] } },
    { main: { holds: { env: ours, volumeMounts: mounts } } },
  ).containers;
  expect(main?.["env"]).toEqual([ours[0], theirs[1]]);
  expect(main?.["volumeMounts"]).toEqual([...mounts, { name: "theirs", mountPath: "/t" }]);
});

test("containers of the user are kept beside ours, with what holds for all", () => {
  const podSpec = {
    containers: [
      { name: "db", image: "postgres", tty: false },
      { name: "main", stdin: true },
    ],
    initContainers: [{ name: "proxy", restartPolicy: "Always" }],
  };
  const made = pod({ podSpec, containerDefaultSpec: { tty: true } });
  expect(made.containers).toEqual([
    { name: "main", stdin: true, tty: true },
    { name: "files", tty: true },
    { name: "db", image: "postgres", tty: false },
  ]);
  expect(made.initContainers).toEqual([{ name: "proxy", restartPolicy: "Always", tty: true }]);
});

test("a name that is said of every container is the name of none", () => {
  const made = pod({ podSpec: { containers: [{}] }, containerDefaultSpec: { name: "main" } });
  expect(made.containers.map(({ name }) => name)).toEqual(["main", "files", undefined]);
});

test("init containers of the user come before ours", () => {
  const layers = {
    ...none,
    containers: [],
    initContainers: [{ ...none, isHelper: true, holds: { name: "init-files" } }],
  };
  const parts = { ...NO_PARTS, podSpec: { initContainers: [{ name: "clone" }] } };
  const made = mergedPodSpec(layers, parts);
  expect(made.initContainers?.map(({ name }) => name)).toEqual(["clone", "init-files"]);
});

test.each<[string, Partial<PodLayers>, ManifestPart, ManifestPart]>([
  [
    "podSpec counts more than the task's properties, and these more than what is generated",
    { generated: { a: 1, b: 1, c: 1 }, asked: { b: 2, c: 2, nodeSelector: { x: "1", y: "1" } } },
    { c: 3, nodeSelector: { y: "2" } },
    { a: 1, b: 2, c: 3, nodeSelector: { x: "1", y: "2" } },
  ],
  [
    "what must hold counts most",
    { holds: { restartPolicy: "Never" } },
    { restartPolicy: "Always" },
    { restartPolicy: "Never" },
  ],
  [
    "volumes are told apart by name, and ours are there",
    { holds: { volumes: [{ name: "kestra-files", emptyDir: {} }] } },
    { volumes: [{ name: "data" }, { name: "kestra-files", hostPath: {} }] },
    { volumes: [{ name: "kestra-files", emptyDir: {} }, { name: "data" }] },
  ],
  [
    "its time limit may be drawn tighter",
    { generated: { activeDeadlineSeconds: 100 } },
    { activeDeadlineSeconds: 50 },
    { activeDeadlineSeconds: 50 },
  ],
  [
    "its time limit may not be widened",
    { generated: { activeDeadlineSeconds: 100 } },
    { activeDeadlineSeconds: 500 },
    { activeDeadlineSeconds: 100 },
  ],
])("of the pod: %s", (_what, layers, podSpec, expected) => {
  const all = { ...none, containers: [], initContainers: [], ...layers };
  expect(mergedPodSpec(all, { ...NO_PARTS, podSpec })).toEqual({ containers: [], ...expected });
});
