import { expect } from "vitest";
import type { StageTest } from "./stage.ts";

/** How runs begin and end. */
export function endingCases(test: StageTest): void {
  test("a program that exits with 0 is a success", async ({ actor }) => {
    const { ending, observations } = await actor.run("echo hello");
    expect(ending).toMatchObject({ kind: "exit", exitCode: 0, mainStarted: true });
    const marks = observations.at(-1)?.marks;
    expect(Number(marks?.ended)).toBeGreaterThanOrEqual(Number(marks?.created));
  });

  test("exit code 3 is told as exit 3 and is the user's fault", async ({ actor }) => {
    const { ending } = await actor.run("echo before; exit 3");
    expect(ending).toMatchObject({ kind: "exit", exitCode: 3, fault: "user", mainStarted: true });
    expect(ending.message).toContain("3");
  });

  test("a program that is killed by a signal is told as 137 or as the signal", async ({
    actor,
  }) => {
    // A shell of its own: the first process of a container does not die of its own SIGKILL.
    const { ending } = await actor.run("sh -c 'kill -9 $$'; exit $?");
    expect(["exit", "signal"]).toContain(ending.kind);
    expect(ending.exitCode).toBe(137);
  });

  test("a program that does not exist is an error that says what to do", async ({ actor }) => {
    const { ending } = await actor.run("", { command: ["podflow-no-such-program", "x"] });
    expect(["config", "exit"]).toContain(ending.kind);
    expect(ending.exitCode).not.toBe(0);
    expect(ending.remedy).not.toBe("");
  });

  test("a run ends with its program, whatever that left in the background", async ({ actor }) => {
    const started = Date.now();
    const { ending, text } = await actor.run("sleep 80 & echo done");
    expect(ending).toMatchObject({ kind: "exit", exitCode: 0 });
    expect(text).toEqual(["done"]);
    expect(Date.now() - started).toBeLessThan(60_000);
  });

  test("a program that takes longer than its limit is a timeout", async ({ actor }) => {
    const { ending, text } = await actor.run("echo begun; sleep 80; echo late", {
      timeoutSeconds: 2,
    });
    expect(ending).toMatchObject({ kind: "timeout", fault: "user", mainStarted: true });
    expect(text).toEqual(["begun"]);
  });

  test("the environment reaches the program character by character", async ({ actor }) => {
    const env = {
      PLAIN: "value",
      EMPTY: "",
      QUOTES: `a "b" 'c' \\ $HOME \`ls\` %s`,
      REFERENCE: "$(PLAIN) $$(PLAIN)",
      LINES: "one\ntwo\tthree",
      UNICODE: "Grüße 漢字 🙂",
    };
    const names = Object.keys(env);
    const script = names.map((name) => `printf '%s=%s;\\n' ${name} "$${name}"`).join("\n");
    const { bytes } = await actor.run(script, { env });
    const printed = Buffer.from(bytes.join("\n"), "latin1").toString("utf8");
    expect(printed).toBe(
      names.map((name) => `${name}=${env[name as keyof typeof env]};`).join("\n"),
    );
  });

  test("what looks like a reference in the command reaches the program as it is written", async ({
    actor,
  }) => {
    const { text } = await actor.run("echo '$(PLAIN)' '$$(PLAIN)'", { env: { PLAIN: "value" } });
    expect(text).toEqual(["$(PLAIN) $$(PLAIN)"]);
  });

  test("what ended badly can be inspected until it is removed, and asking then is no error", async ({
    actor,
  }) => {
    const { handle } = await actor.run("echo seen; exit 3", { env: { COLOUR: "violet" } });
    const found = JSON.stringify(await actor.runner.inspect(handle, actor.signal));
    expect(found).toContain("echo seen; exit 3");
    expect(found).toContain("violet");
    expect(found).toMatch(/"exitCode":3/);
    await actor.destroy(handle);
    const later = await actor.runner.inspect(handle, actor.signal);
    expect(typeof later).toBe("object");
  });
}
