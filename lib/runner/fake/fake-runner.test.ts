import { expect, test } from "vitest";
import type { Ending, Observation } from "../contract.ts";
import { inLines, inputFile, Stage } from "../contract-suite/stage.ts";
import { parseDirective } from "./directive.ts";
import { createFakeRunner, FakePlace } from "./fake-runner.ts";

function newStage(): Stage {
  const place = new FakePlace();
  const another = () => Promise.resolve(createFakeRunner(place));
  const cleanUp = () => Promise.resolve();
  return new Stage({ runner: createFakeRunner(place), another, image: null, cleanUp });
}

async function endingOf(script: string, attemptNumber = 0): Promise<Ending> {
  const actor = newStage();
  const spec = actor.spec(script);
  const identity = { ...spec.identity, attemptNumber };
  return (await actor.run(script, { identity })).ending;
}

test.for([
  ["exit 3 after 20ms", { kind: "exit", exitCode: 3 }],
  ["exit 0", { kind: "exit", exitCode: 0 }],
  ["oom", { kind: "oom", exitCode: 137, fault: "user" }],
  ["evicted", { kind: "evicted", exitCode: null, fault: "platform", mainStarted: true }],
  ["preempted after 10ms", { kind: "preempted", fault: "platform" }],
  ["node-lost", { kind: "node-lost", fault: "platform" }],
  ["lost", { kind: "lost", fault: "platform" }],
  ["image-missing after 10ms", { kind: "image", fault: "user", mainStarted: false }],
  ["unschedulable after 10ms", { kind: "unschedulable", mainStarted: false }],
  ["quota after 10ms", { kind: "quota", mainStarted: false }],
] as const)("a script can ask to end with: %s", async ([directive, expected]) => {
  expect(await endingOf(`echo x\n# fake: ${directive}\nexit 77`)).toMatchObject(expected);
});

test("a directive acts where it stands: what is printed before it is in the log", async () => {
  const { text, ending } = await newStage().run("echo before\n# fake: evicted\necho after");
  expect(text).toEqual(["before"]);
  expect(ending.kind).toBe("evicted");
});

test("a directive can be meant for the first attempts only", async () => {
  const script = "# fake: exit 4 before attempt 2\necho fine";
  expect((await endingOf(script, 0)).exitCode).toBe(4);
  expect((await endingOf(script, 1)).exitCode).toBe(4);
  expect((await endingOf(script, 2)).exitCode).toBe(0);
});

test("a run can stay pending for a while, and says why", async () => {
  const { observations } = await newStage().run("# fake: pending after 30ms\necho x");
  const waiting = (observation: Observation) =>
    observation.phase === "pending" ? observation.waiting?.kind : observation.phase;
  expect(observations.map(waiting)).toEqual(["scheduling", "running", "ended"]);
});

test("a start can be refused twice and then succeed, or be refused for good", async () => {
  const actor = newStage();
  const spec = actor.spec("# fake: unreachable 2 times\necho x");
  const start = () => actor.start(spec);
  await expect(start()).rejects.toMatchObject({ kind: "unreachable", isTransient: true });
  await expect(start()).rejects.toMatchObject({ kind: "unreachable", isTransient: true });
  expect((await actor.watch(await start())).ending.exitCode).toBe(0);
  const refused = actor.start(actor.spec("# fake: forbidden"));
  await expect(refused).rejects.toMatchObject({ kind: "forbidden", isTransient: false });
});

test("collecting can be told to fail", async () => {
  const actor = newStage();
  const { handle } = await actor.run("# fake: collect-fails\necho x > x.txt");
  await expect(actor.collect(handle, () => true)).rejects.toMatchObject({ kind: "output-files" });
});

test("a directive in a file of another language acts when the file is run", async () => {
  const inputFiles = [inputFile("main.py", "import os\n# fake: exit 9\n")];
  expect((await newStage().run("set -e\npython main.py\necho not", { inputFiles })).text).toEqual(
    [],
  );
  const { ending } = await newStage().run("python main.py", { inputFiles });
  expect(ending.exitCode).toBe(9);
});

test("a directive with a slip is an error, not silence", async () => {
  expect(() => parseDirective("evictd")).toThrow("is no directive");
  const actor = newStage();
  await expect(actor.start(actor.spec("# fake: exitt 3"))).rejects.toThrow("is no directive");
});

const shell: [string, string, string[], number][] = [
  ["variables and arithmetic", "a=2; b=$((a*3+1)); echo $b ${b}x", ["7 7x"], 0],
  ["the exit code of the last command", "false; echo $?; true", ["1"], 0],
  ["and, or", "true && echo a || echo b; false && echo c || echo d", ["a", "d"], 0],
  ["if and else", "if [ 1 -gt 2 ]; then echo a; else echo b; fi", ["b"], 0],
  ["for", "for n in 1 two '3 4'; do echo $n; done", ["1", "two", "3 4"], 0],
  ["splitting outside of quotes only", `x='a  b'; echo $x; echo "$x"`, ["a b", "a  b"], 0],
  ["empty words", `printf '[%s]' "" '' a; echo`, ["[][][a]"], 0],
  ["comments", "echo a # b\n# echo c\necho d#e", ["a", "d#e"], 0],
  ["set -e", "set -e; false || true; if false; then :; fi; false; echo never", [], 1],
  ["without set -e", "false; echo still", ["still"], 0],
  ["a program that it does not know", "podflow-x y", ["sh: 1: podflow-x: not found"], 127],
  [
    "standard error to standard output",
    "echo a 2>&1 >&2; cat none 2>/dev/null || echo n",
    ["a", "n"],
    0,
  ],
  [
    "a folder that is not there",
    "echo x > no/x.txt",
    ["sh: 1: cannot create no/x.txt: Directory nonexistent"],
    2,
  ],
  ["lines that go on", "echo a \\\n  b", ["a b"], 0],
];
test.for(shell)("the fake shell knows %s", async ([, script, text, exitCode]) => {
  const result = await newStage().run(script);
  expect(result.text).toEqual(text);
  expect(result.ending.exitCode).toBe(exitCode);
});

test.for(["echo $(date)", "ls | wc", "echo `date`", "( echo x )", "if true; then echo"])(
  "what the fake shell does not know (%s) fails aloud",
  async (script) => {
    const { ending, text } = await newStage().run(script);
    expect(ending.exitCode).toBe(2);
    expect(text.join()).toContain("the fake shell cannot read this");
  },
);

test("a log that was followed to the end, then removed, says what is missing", async () => {
  const actor = newStage();
  const { handle } = await actor.run("echo x");
  await actor.destroy(handle);
  const log = await actor.follow(handle, "1");
  expect(inLines(log).lines).toEqual([]);
  expect(log[0]?.gap?.why).toContain("removed");
});
