import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Api } from "#e2e/cluster/api.ts";
import type { Cluster } from "#e2e/cluster/contract.ts";
import { kubeconfigOfServiceAccount } from "#e2e/cluster/faults.ts";
import { type LockedRegistry, openLockedRegistry } from "#e2e/cluster/locked-registry.ts";
import { openRunnerStage, type RunnerStage } from "#e2e/cluster/runner-stage.ts";
import type { Runner } from "../contract.ts";
import type { RegistryCredentials } from "../kubernetes-options.ts";
import { pullSecretName } from "./pull-secret.ts";
import { scriptSpec, type TestNamespace, watchToEnd } from "./test-stage.ts";

const WAIT = { timeout: 90_000, interval: 100 };
const LOGIN = { username: "puller", password: "pull-pa55word" };

let stage: RunnerStage;
let cluster: Cluster;
let admin: Api;
let namespace: TestNamespace;
let runner: Runner;
let folder: string;
let registry: LockedRegistry | null = null;

beforeAll(async () => {
  stage = await openRunnerStage();
  ({ cluster, admin, namespace, folder } = stage);
  runner = await namespace.runner();
  if (cluster.kind === "own") registry = await openLockedRegistry(cluster, LOGIN);
});

afterAll(async () => {
  await registry?.stop();
  await stage.close();
});

const signal = (): AbortSignal => AbortSignal.timeout(60_000);
const credentials = (changes: Partial<RegistryCredentials> = {}): RegistryCredentials => ({
  registry: null,
  auth: null,
  ...LOGIN,
  ...changes,
});

interface Secret {
  metadata: { name: string; ownerReferences?: { kind: string; uid: string }[] };
}

async function secretOf({ attemptId }: { attemptId: string }): Promise<Secret | undefined> {
  // The API server's own answer to a list of secrets.
  const { items } = (await namespace.call("GET", "/secrets")) as { items: Secret[] };
  return items.find(({ metadata }) => metadata.name === pullSecretName(attemptId));
}

describe.concurrent("credentials", () => {
  test("an image behind a login is pulled with them, and their secret goes with the pod", async (context) => {
    if (!registry) return context.skip();
    const image = `${registry.host}/podflow-test/nonroot`;
    const kubernetes = { pullPolicy: "Always", credentials: credentials() } as const;
    const spec = scriptSpec("sleep 1", { image, kubernetes });
    const handle = await runner.start(spec, signal());
    expect(await runner.start(spec, signal())).toEqual(handle);
    const secret = await secretOf(spec);
    expect(secret?.metadata.ownerReferences).toMatchObject([{ kind: "Pod", uid: handle.uid }]);
    const pod = JSON.stringify(await namespace.call("GET", `/pods/${handle.name}`));
    expect(pod).toContain(`"imagePullSecrets":[{"name":"${secret?.metadata.name}"}]`);
    expect(pod).not.toContain(LOGIN.password);
    const { ending } = await watchToEnd(runner, handle, signal());
    expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
    // By somebody else: the owner alone takes the secret along.
    await namespace.call("DELETE", `/pods/${handle.name}?gracePeriodSeconds=0`);
    await vi.waitFor(async () => expect(await secretOf(spec)).toBeUndefined(), WAIT);
  });

  test.each([
    ["no credentials", null],
    ["a wrong password", credentials({ password: "wrong-pa55word" })],
  ])("with %s the pull fails, and says that the registry wants a login", async (...parts) => {
    const [, written] = parts;
    if (!registry) return;
    const image = `${registry.host}/podflow-test/nonroot`;
    const kubernetes = { pullPolicy: "Always", credentials: written } as const;
    const spec = scriptSpec("true", { image, kubernetes });
    const handle = await runner.start(spec, signal());
    for await (const observation of runner.observe(handle, signal())) {
      if (observation.phase !== "pending" || observation.waiting?.kind !== "image") continue;
      expect(observation.waiting.message).toMatch(/login|credentials|not allowed|refuses/i);
      expect(JSON.stringify(observation)).not.toContain("pa55word");
      break;
    }
    await runner.destroy(handle, { graceSeconds: 0 }, signal());
    expect(await secretOf(spec)).toBeUndefined();
  });

  test("a secret that no pod came to own is listed, and removed by its attempt", async () => {
    const registryName = "registry.example";
    const kubernetes = {
      serviceAccountName: "nobody",
      credentials: credentials({ registry: registryName }),
    };
    const spec = scriptSpec("true", { kubernetes });
    await expect(runner.start(spec, signal())).rejects.toMatchObject({ kind: "config" });
    const ofAttempt = async () =>
      (await runner.list(signal())).filter(({ handle }) => handle.attemptId === spec.attemptId);
    expect(await ofAttempt()).toEqual([]);
    // As a worker leaves it that dies between the two calls.
    await namespace.call("POST", "/secrets", {
      metadata: {
        name: pullSecretName(spec.attemptId),
        labels: {
          "podflow.dev/installation": namespace.name,
          "podflow.dev/attempt-id": spec.attemptId,
        },
      },
    });
    const [left] = await ofAttempt();
    expect(left).toMatchObject({ handle: { namespace: namespace.name, uid: "" } });
    if (left) await runner.destroy(left.handle, { graceSeconds: 0 }, signal());
    expect(await ofAttempt()).toEqual([]);
  });

  test("a user who may not make secrets is told which permission that takes", async () => {
    const account = { namespace: namespace.name, name: "without-secrets" };
    const path = await kubeconfigOfServiceAccount(admin, folder, account);
    const restricted = await namespace.runner({ kubeconfigPath: path });
    const spec = scriptSpec("true", { kubernetes: { credentials: credentials() } });
    const start = () => restricted.start(spec, signal());
    await expect(start()).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringMatching(/may not create secrets .* `credentials`/),
      remedy: expect.stringMatching(/verbs create, patch and delete of secrets/),
    });
  });
});
