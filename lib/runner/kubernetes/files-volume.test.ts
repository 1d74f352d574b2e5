import { expect, test } from "vitest";
import type { ManifestPart } from "../kubernetes-options.ts";
import { podFromSpec } from "./pod-spec.ts";
import { scriptSpec, type SpecChanges } from "./test-stage.ts";

const WORK = "/kestra/working-dir";
const ours = { name: "kestra-files", mountPath: WORK };
const podOf = (kubernetes: SpecChanges["kubernetes"], keepsFiles = true) =>
  podFromSpec(scriptSpec("true", { keepsFiles, kubernetes }), {
    installationId: "here",
    namespace: "pods",
    inline: [],
  }).spec;
const mounts = (...volumeMounts: object[]): ManifestPart => ({ volumeMounts });
const inKestra = { name: "kestra-files", mountPath: "/kestra" };

const BESIDE: [what: string, written: ManifestPart, made: ManifestPart][] = [
  ["that says nothing", {}, { workingDir: WORK, ...mounts(ours) }],
  [
    "that mounts others",
    mounts({ name: "data", mountPath: "/data" }),
    { workingDir: WORK, ...mounts(ours, { name: "data", mountPath: "/data" }) },
  ],
  ["that works elsewhere", { workingDir: "/srv" }, { workingDir: "/srv", ...mounts(ours) }],
  ["that mounts the volume as in Kestra", mounts(inKestra), { workingDir: WORK, ...mounts(ours) }],
  [
    "that does so with a slash at the end, and may only read",
    mounts({ ...inKestra, mountPath: "/kestra/", readOnly: true }),
    { workingDir: WORK, ...mounts({ ...ours, readOnly: true }) },
  ],
  ["that mounts it where it is", mounts(ours), { workingDir: WORK, ...mounts(ours) }],
  [
    "that mounts the volume's folder, as it is in Kestra",
    mounts({ ...ours, mountPath: "/in", subPath: "working-dir" }),
    mounts({ ...ours, mountPath: "/in" }),
  ],
  [
    "that mounts a folder in that folder",
    mounts({ ...ours, mountPath: "/in", subPath: "working-dir/a/b" }),
    mounts({ ...ours, mountPath: "/in", subPath: "a/b" }),
  ],
  [
    "that mounts the volume elsewhere",
    mounts({ ...ours, mountPath: "/data" }),
    mounts({ ...ours, mountPath: "/data" }),
  ],
  [
    "that has something else there",
    mounts({ name: "data", mountPath: `${WORK}/` }),
    mounts({ name: "data", mountPath: `${WORK}/` }),
  ],
  [
    "that has something else around it",
    mounts({ name: "data", mountPath: "/kestra" }),
    mounts({ name: "data", mountPath: "/kestra" }),
  ],
  ["whose mounts are no list", { volumeMounts: "x" }, { volumeMounts: "x" }],
];

test.each(BESIDE)("a container %s has the task's files where Kestra has them", (...row) => {
  const [, written, made] = row;
  const side = { name: "side", image: "x" };
  const podSpec = {
    containers: [{ ...side, ...written }],
    initContainers: [{ ...side, name: "native", restartPolicy: "Always", ...written }],
  };
  const { containers, initContainers } = podOf({ podSpec });
  expect(containers.at(-1)).toEqual({ ...side, ...made });
  expect(initContainers).toEqual([{ ...side, name: "native", restartPolicy: "Always", ...made }]);
});

test("a container that ends before the files are there gets no mount, and may ask for one", () => {
  const [plain, asking] = [{ name: "a" }, { name: "b", volumeMounts: [inKestra] }];
  const { initContainers } = podOf({ podSpec: { initContainers: [plain, asking] } });
  expect(initContainers).toEqual([plain, { name: "b", volumeMounts: [ours] }]);
});

test("where no files are moved a container beside main is what the flow writes", () => {
  const side = { name: "side", image: "x" };
  expect(podOf({ podSpec: { containers: [side] } }, false).containers.at(-1)).toEqual(side);
});

test.each<[string, SpecChanges["kubernetes"]]>([
  ["containerSpec", { containerSpec: mounts(inKestra) }],
  [
    "the entry main of podSpec",
    { podSpec: { containers: [{ name: "main", ...mounts(inKestra) }] } },
  ],
  ["containerDefaultSpec", { containerDefaultSpec: mounts({ ...ours, subPath: "working-dir" }) }],
  ["fileSidecar.defaultSpec", { helperSpec: mounts(ours) }],
])("a mount of the volume as in Kestra is the one that is there: in %s", (_what, kubernetes) => {
  for (const { workingDir, volumeMounts } of podOf(kubernetes).containers) {
    expect(workingDir).toBe(WORK);
    expect(volumeMounts).toEqual([ours, { name: "podflow", mountPath: "/kestra/podflow" }]);
  }
});

test("what is said of all containers counts for those beside main as what they say themselves", () => {
  const containerDefaultSpec = mounts(inKestra, { name: "ca", mountPath: "/ca" });
  const podSpec = { containers: [{ name: "side" }] };
  expect(podOf({ containerDefaultSpec, podSpec }).containers.at(-1)).toEqual({
    name: "side",
    workingDir: WORK,
    ...mounts(ours, { name: "ca", mountPath: "/ca" }),
  });
});
