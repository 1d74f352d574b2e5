import { expect, test } from "vitest";
import { ClusterApi } from "./api.ts";
import { checkCluster, type ClusterCheck } from "./check.ts";
import { permissionFindings } from "./preview-permissions.ts";
import { openReviewingServer } from "./test-server.ts";
import { scriptSpec, type SpecChanges } from "./test-stage.ts";

/** What Kestra's documentation lets the user of its runner do. */
const KESTRA = [
  ...["get", "create", "delete", "watch", "list"].map((verb) => `${verb} pods`),
  ...["get", "watch"].flatMap((verb) => [`${verb} pods/log`, `${verb} pods/exec`]),
];
const signal = (): AbortSignal => AbortSignal.timeout(90_000);
const inputFile = (size: number) => ({
  path: "in.txt",
  size,
  sha256: "",
  isExecutable: false,
  open: () => {
    throw new Error("A permission is not a matter of bytes.");
  },
});

async function checked(version: string, may: (name: string) => boolean): Promise<ClusterCheck> {
  const server = await openReviewingServer(version, may);
  const check = await checkCluster(server.access, { namespace: "jobs", signal: signal() });
  server.close();
  return check;
}

test.each([
  ["v1.34.2", undefined],
  ["v1.35.0-gke.1", "create pods/exec"],
  ["unknown", "create pods/exec"],
])("of the role that Kestra documents a cluster %s lacks: %s", async (version, lacking) => {
  const check = await checked(version, (name) => KESTRA.includes(name));
  expect(check).toMatchObject({ isReachable: true, kubernetesVersion: version });
  expect(check.failure?.message.match(/namespace "jobs": (.*)\.$/)?.[1]).toBe(lacking);
  const optional = check.permissions.filter(
    ({ isAllowed, isOptional }) => isOptional && !isAllowed,
  );
  expect(optional.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["list events", "watch events", "create secrets", "create jobs.batch"]),
  );
});

test.each(KESTRA.filter((name) => !name.startsWith("watch pods/")))(
  "without `%s` a connection is limited",
  async (lacking) => {
    const { failure } = await checked("v1.37.1", (name) => name !== lacking);
    expect(failure?.message).toMatch(new RegExp(`: ${lacking}\\.$`));
  },
);

/** The severity of each finding, with the names that it tells. */
async function found(changes: SpecChanges, may: (name: string) => boolean, version = "v1.37.1") {
  const server = await openReviewingServer(version, may);
  const api = new ClusterApi(server.access);
  const about = { namespace: "jobs", signal: signal() };
  const findings = await permissionFindings(api, scriptSpec("true", changes), about);
  await api.close();
  server.close();
  return findings.map(({ severity, message }) => [
    severity,
    [...message.matchAll(/(\w+ [\w./]+) \(/g)].map(([, name]) => name).join(", "),
  ]);
}

const credentials = { registry: null, username: "u", password: "p", auth: null };

test.each<[string, SpecChanges, string, string]>([
  ["a task without files", {}, "create pods, get pods", "watch events, list events"],
  [
    "files that travel with the pod",
    { inputFiles: [inputFile(50)] },
    "create pods, get pods",
    "watch events, list events",
  ],
  [
    "large files",
    { inputFiles: [inputFile(500_000)] },
    "create pods, get pods, get pods/exec, create pods/exec",
    "watch events, list events",
  ],
  [
    "output files",
    { keepsFiles: true },
    "create pods, get pods, get pods/exec, create pods/exec",
    "watch events, list events",
  ],
  [
    "a registry's login",
    { kubernetes: { credentials } },
    "create pods, get pods, create secrets",
    "watch events, list events, patch secrets, delete secrets, list secrets",
  ],
  [
    "a Job",
    { kubernetes: { asJob: true } },
    "get pods, create jobs.batch, delete jobs.batch",
    "watch events, list events, get jobs.batch, list jobs.batch",
  ],
])("a run with %s is told what it lacks, and what it does without", async (...parts) => {
  const [, changes, vital, useful] = parts;
  const isGiven = (name: string) => /^(list|watch|delete) pods$|pods\/log/.test(name);
  expect(await found(changes, isGiven)).toEqual([
    ["error", vital],
    ["warning", useful],
  ]);
});

test("before Kubernetes 1.35 nobody has to be allowed to create what is run by a GET", async () => {
  const may = (name: string) => name !== "create pods/exec";
  expect(await found({ keepsFiles: true }, may, "v1.34.0")).toEqual([]);
  expect(await found({ keepsFiles: true }, may)).toEqual([["error", "create pods/exec"]]);
});
