import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, expect, vi } from "vitest";
import { inLines, inputFile, Stage } from "../contract-suite/stage.ts";
import { attemptFolder, readStored, type StoredKeeper } from "./attempt-folder.ts";
import { createProcessRunner } from "./process-runner.ts";

const test = base.extend<{ folder: string; actor: Stage }>({
  folder: async ({ task }, use) => {
    const folder = await mkdtemp(join(tmpdir(), `podflow-${task.id.slice(-8)}-`));
    await use(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  },
  actor: async ({ folder }, use) => {
    const make = () => createProcessRunner({ folder, installationId: "faults" });
    const another = () => Promise.resolve(make());
    const cleanUp = () => Promise.resolve();
    const actor = new Stage({ runner: make(), another, image: null, cleanUp });
    await use(actor);
    await actor.cleanUp();
  },
});

const WAIT = { timeout: 90_000, interval: 50 };

function processesWith(text: string): number {
  const { stdout } = spawnSync("ps", ["-A", "-o", "stat=,args="], { encoding: "utf8" });
  return stdout
    .split("\n")
    .filter((line) => line.includes(text) && !line.startsWith("Z") && !line.includes("keeper.ts"))
    .length;
}

function keeperOf(folder: string, attemptId: string): StoredKeeper {
  const keeper = readStored<StoredKeeper>(attemptFolder(folder, attemptId).keeper);
  if (!keeper) throw new Error("There is no keeper.");
  return keeper;
}

test("the code sees no variable of the worker, and a folder of its own for temporary files", async ({
  actor,
}) => {
  process.env["PODFLOW_TEST_SECRET"] = "hunter2";
  const { text } = await actor.run("env | sort; [ -d $TMPDIR ] && echo tmp", {
    env: { MINE: "1" },
  });
  delete process.env["PODFLOW_TEST_SECRET"];
  const names = text.map((line) => line.split("=")[0] ?? "");
  const shellsOwn = ["PWD", "OLDPWD", "SHLVL", "_"];
  expect(new Set(names.filter((name) => !shellsOwn.includes(name)))).toEqual(
    new Set(["HOME", "LANG", "MINE", "PATH", "PODFLOW_ATTEMPT_ID", "TMPDIR", "WORKING_DIR", "tmp"]),
  );
});

test("nobody else may enter the folder of an attempt", async ({ actor, folder }) => {
  const { handle } = await actor.run("true");
  const { mode } = await stat(attemptFolder(folder, handle.attemptId).root);
  expect(mode & 0o077).toBe(0);
});

test("a program that is not installed is told by name, and the code never began", async ({
  actor,
}) => {
  const { ending } = await actor.run("", { command: ["podflow-no-such-program"] });
  expect(ending).toMatchObject({
    kind: "config",
    exitCode: null,
    fault: "user",
    mainStarted: false,
    message: "podflow-no-such-program is not installed on this machine.",
  });
  expect(ending.remedy).toContain("cluster");
});

test("a program that is missing inside a script is told by name too", async ({ actor }) => {
  const { ending } = await actor.run("set -e\npodflow-python main.py");
  expect(ending).toMatchObject({ kind: "exit", exitCode: 127 });
  expect(ending.message).toBe("podflow-python is not installed on this machine (exit code 127).");
});

test("a command that is too long for the machine is an error that says so", async ({ actor }) => {
  const { ending } = await actor.run(`: ${"x".repeat(200_000)}`);
  expect(ending).toMatchObject({ kind: "config", mainStarted: false });
  expect(ending.message).toContain("longer than this machine allows");
});

test("a shell that kills itself is told as the signal", async ({ actor }) => {
  const { ending } = await actor.run("echo x; kill -9 $$");
  expect(ending).toMatchObject({ kind: "signal", exitCode: 137, fault: "user" });
});

test("the code is asked first, and what it says then is in the log", async ({ actor }) => {
  const handle = await actor.start(
    actor.spec("trap 'echo saved; exit 0' TERM; echo begun; while :; do sleep 0.05; done"),
  );
  await actor.waitForLine(handle, "begun");
  const [log, watched] = await Promise.all([
    actor.follow(handle, null),
    actor.watch(handle),
    actor.runner.destroy(handle, { graceSeconds: 20 }, actor.signal),
  ]);
  // Between the two the shell may say that its "sleep" was told to end as well.
  expect(inLines(log).text.at(-1)).toBe("saved");
  expect(watched.ending.kind).toBe("deleted");
});

test("code that does not listen is killed when its grace is over", async ({ actor }) => {
  const mark = `7${Date.now()}`;
  const handle = await actor.start(
    actor.spec(`trap '' TERM; echo begun; while :; do sleep 0.05; done; echo ${mark}`),
  );
  await actor.waitForLine(handle, "begun");
  const started = Date.now();
  await actor.runner.destroy(handle, { graceSeconds: 1 }, actor.signal);
  expect(Date.now() - started).toBeGreaterThan(900);
  expect(processesWith(mark)).toBe(0);
});

test.skipIf(process.platform !== "linux")(
  "processes that left the session are killed with it, at the end and when it is destroyed",
  async ({ actor }) => {
    const [ended, destroyed] = [`8${Date.now()}`, `9${Date.now()}`];
    const { ending } = await actor.run(`setsid sh -c 'sleep 80; echo ${ended}' & sleep 0.2`);
    expect(ending.exitCode).toBe(0);
    expect(processesWith(ended)).toBe(0);

    const handle = await actor.start(
      actor.spec(`setsid sh -c 'sleep 80; echo ${destroyed}' & sleep 0.2; echo begun; sleep 80`),
    );
    await actor.waitForLine(handle, "begun");
    expect(processesWith(destroyed)).toBeGreaterThan(0);
    await actor.destroy(handle);
    expect(processesWith(destroyed)).toBe(0);
  },
);

test("a run whose keeper was killed is lost, its log says so, and nothing of it stays", async ({
  actor,
  folder,
}) => {
  const mark = `6${Date.now()}`;
  const handle = await actor.start(actor.spec(`echo begun; sleep 80; echo ${mark}`));
  await actor.waitForLine(handle, "begun");
  process.kill(keeperOf(folder, handle.attemptId).pid, "SIGKILL");
  const { ending } = await actor.watch(handle);
  expect(ending).toMatchObject({ kind: "lost", exitCode: null, fault: "platform" });
  const log = await actor.follow(handle, null);
  expect(inLines(log).text).toEqual(["begun"]);
  expect(log.at(-1)?.gap?.why).toContain("may be missing");
  expect((await actor.runner.list(actor.signal))[0]?.isEnded).toBe(true);
  await actor.destroy(handle);
  expect(processesWith(mark)).toBe(0);
  expect((await readdir(folder)).filter((name) => !name.startsWith("."))).toEqual([]);
});

test("a run whose folder was taken away is deleted, and its log says what is missing", async ({
  actor,
}) => {
  const { handle } = await actor.run("echo x");
  await actor.destroy(handle);
  const log = await actor.follow(handle, null);
  expect(log).toHaveLength(1);
  expect(log[0]?.gap?.why).toContain("removed before it was read");
});

test("the code goes on when the worker that started it is killed", async ({ actor, folder }) => {
  const spec = actor.spec("echo one; sleep 1; echo two; exit 9");
  const program = `
    import { createProcessRunner } from ${JSON.stringify(join(import.meta.dirname, "process-runner.ts"))};
    const runner = createProcessRunner({ folder: process.argv[1], installationId: "faults" });
    await runner.start(JSON.parse(process.argv[2]), AbortSignal.timeout(90_000));
    process.kill(process.pid, "SIGKILL");`;
  const worker = spawn(
    process.execPath,
    ["--input-type=module", "-e", program, folder, JSON.stringify(spec)],
    { stdio: "inherit" },
  );
  const [, signal] = await once(worker, "exit");
  expect(signal).toBe("SIGKILL");
  const handle = await actor.start(spec);
  const [{ ending }, log] = await Promise.all([actor.watch(handle), actor.follow(handle, null)]);
  expect(ending).toMatchObject({ kind: "exit", exitCode: 9 });
  expect(inLines(log).text).toEqual(["one", "two"]);
});

test("a folder without a keeper, left by a worker that died in between, is started", async ({
  actor,
}) => {
  const file = inputFile("in.txt", "late\n");
  const spec = actor.spec("cat in.txt", { inputFiles: [file] });
  const handle = await actor.start(spec);
  const watching = actor.watch(handle);
  const other = await actor.place.another();
  await other.start(spec, actor.signal);
  await other.deliver(handle, spec, actor.signal);
  expect((await watching).ending.exitCode).toBe(0);
});

test("an attempt that is destroyed before its files came never begins", async ({
  actor,
  folder,
}) => {
  const spec = actor.spec("echo ran", { inputFiles: [inputFile("in.txt", "x")] });
  const handle = await actor.start(spec);
  await actor.destroy(handle);
  await expect(actor.runner.deliver(handle, spec, actor.signal)).rejects.toMatchObject({
    name: "RunnerError",
  });
  expect((await readdir(folder)).filter((name) => !name.startsWith("."))).toEqual([]);
});

test("files that the code made unreadable or unremovable are removed with the attempt", async ({
  actor,
  folder,
}) => {
  const { handle } = await actor.run("mkdir -p a/b; echo x > a/b/c; chmod 000 a/b; chmod 500 a");
  await actor.destroy(handle);
  expect((await readdir(folder)).filter((name) => name !== ".keeper-cache")).toEqual([]);
});

test("a link that leads out of the working directory brings nothing out", async ({
  actor,
  folder,
}) => {
  const { handle } = await actor.run("mkdir in; echo inside > in/file.txt");
  const { work } = attemptFolder(folder, handle.attemptId);
  const outside = join(folder, ".outside");
  await mkdir(outside);
  await writeFile(join(outside, "file.txt"), "secret");
  let listed: string[] = [];
  const collecting = actor.runner.collect(
    handle,
    {
      choose: (files) => {
        listed = files.map((file) => file.path);
        return listed;
      },
      receive: async () => undefined,
    },
    actor.signal,
  );
  await collecting;
  expect(listed).toEqual(["in/file.txt"]);
  await rm(join(work, "in"), { recursive: true });
  await symlink(outside, join(work, "in"));
  const again = await actor.collect(handle, () => true);
  expect(again.listed).toEqual([]);
});

test("runs of another installation in the same folder are not ours to list", async ({
  actor,
  folder,
}) => {
  const handle = await actor.start(actor.spec("echo x"));
  await actor.watch(handle);
  const stranger = createProcessRunner({ folder, installationId: "another" });
  expect(await stranger.list(actor.signal)).toEqual([]);
  expect(await actor.runner.list(actor.signal)).toHaveLength(1);
});

test("a keeper that is told to end by the system ends the code, and says so", async ({
  actor,
  folder,
}) => {
  const handle = await actor.start(actor.spec("echo begun; sleep 80"));
  await actor.waitForLine(handle, "begun");
  process.kill(keeperOf(folder, handle.attemptId).pid, "SIGTERM");
  const { ending } = await actor.watch(handle);
  expect(ending).toMatchObject({ kind: "preempted", fault: "platform" });
  await vi.waitFor(() => {
    expect(() => process.kill(keeperOf(folder, handle.attemptId).pid, 0)).toThrow("ESRCH");
  }, WAIT);
});
