import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { openApi } from "../api.ts";
import { choose } from "../choose.ts";
import type { Cluster } from "../contract.ts";
import { runPod } from "../test-pod.ts";
import { findKeeper } from "./attach.ts";
import { startOwnCluster } from "./start.ts";

// These tests break the cluster that they use, and so they have one of their own.
const NAME = "harness";
const START_MS = 1_800_000;
const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

async function isReady(cluster: Cluster): Promise<boolean> {
  const api = await openApi(cluster.kubeconfigPath, 2000);
  const answer = await api.call("GET", "/readyz").catch(() => null);
  await api.close();
  return answer?.status === 200;
}

afterEach(async () => {
  const keeper = await findKeeper(NAME, log);
  await keeper?.askToEnd("stop");
});

// With Docker there is no cluster of our own whose harness could be tested.
if ((await choose()) === "own") {
  test(
    "two starts at once share a cluster that ends with its last user",
    { timeout: START_MS },
    async () => {
      const [first, second] = await Promise.all([
        startOwnCluster(NAME, log),
        startOwnCluster(NAME, log),
      ]);
      expect(first.kubeconfigPath).toBe(second.kubeconfigPath);
      await first.stop();
      expect(await isReady(second)).toBe(true);
      await second.stop();
      expect(existsSync(second.kubeconfigPath)).toBe(false);
      expect(await findKeeper(NAME, log)).toBe(null);
    },
  );

  test("a start while the cluster ends makes a new one", { timeout: START_MS }, async () => {
    const first = await startOwnCluster(NAME, log);
    const [, second] = await Promise.all([first.stop(), startOwnCluster(NAME, log)]);
    expect(await isReady(second)).toBe(true);
    await second.stop();
  });

  test("a killed user's cluster ends and leaves nothing", { timeout: START_MS }, async () => {
    const user = spawnUser();
    const keeper = await vi.waitUntil(() => findKeeper(NAME, log), { timeout: START_MS });
    // Asked by another user, who waits for the start and lets go again.
    const { state } = await keeper.ask({ op: "attach" });
    user.kill("SIGKILL");
    await keeper.askToEnd("release");
    await vi.waitUntil(() => !existsSync(state), { timeout: 90_000 });
  });

  test("a start removes what a killed keeper left", { timeout: START_MS }, async () => {
    const first = await startOwnCluster(NAME, log);
    const keeper = await findKeeper(NAME, log);
    const info = await keeper?.ask({ op: "status" });
    process.kill(info?.keeperPid ?? 0, "SIGKILL");
    await keeper?.close();
    expect(await isReady(first)).toBe(true);
    const second = await startOwnCluster(NAME, log);
    expect(existsSync(dirname(first.kubeconfigPath))).toBe(false);
    expect(await isReady(first).catch(() => false)).toBe(false);
    expect(await isReady(second)).toBe(true);
  });

  test(
    "a frozen API server goes on, and a killed one starts again",
    { timeout: START_MS },
    async () => {
      const cluster = await startOwnCluster(NAME, log);
      await cluster.control?.freeze("apiserver");
      expect(await isReady(cluster)).toBe(false);
      await cluster.control?.thaw("apiserver");
      expect(await isReady(cluster)).toBe(true);
      await cluster.control?.kill("apiserver");
      expect(await isReady(cluster)).toBe(false);
      await cluster.control?.start("apiserver");
      expect(await isReady(cluster)).toBe(true);
    },
  );

  test(
    "without its registry the cluster cannot pull, until it starts again",
    { timeout: START_MS },
    async () => {
      const cluster = await startOwnCluster(NAME, log);
      const api = await openApi(cluster.kubeconfigPath);
      await cluster.control?.kill("registry");
      expect((await runPod(api, "pull-1", { image: "ubuntu" })).phase).toMatch(/Image/);
      await cluster.control?.start("registry");
      const end = await runPod(api, "pull-2", { image: "ubuntu", command: ["true"] });
      await api.close();
      expect(end.phase).toBe("Succeeded");
    },
  );

  test("what a user broke is mended when it leaves", { timeout: START_MS }, async () => {
    const staying = await startOwnCluster(NAME, log);
    const breaking = await startOwnCluster(NAME, log);
    await breaking.control?.freeze("apiserver");
    await breaking.control?.kill("kubelet");
    await breaking.stop();
    await vi.waitUntil(() => isReady(staying), { timeout: 60_000 });
    const api = await openApi(staying.kubeconfigPath);
    const end = await runPod(api, "mended", { image: "busybox", command: ["true"] });
    await api.close();
    expect(end.phase).toBe("Succeeded");
  });
}

function spawnUser(): ReturnType<typeof spawn> {
  const program = join(import.meta.dirname, "..", "main.ts");
  return spawn(process.execPath, [program, "up", "--name", NAME], { stdio: "ignore" });
}
