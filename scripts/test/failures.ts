import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { ROOT } from "../run.ts";

/** A test that failed, or a whole run where no test is to blame. */
export interface Failure {
  name: string;
  /** What was said of it. */
  message: string;
}

/** Lines that the end of the run repeats; the ring has printed them all. */
const SHOWN_LINES = 60;

const OF_A_LIBRARY = /^\s*(?:at|❯) .*node_modules/;

/** What vitest's JSON reporter writes, as far as it is read here. */
export const vitestReport = z.object({
  numPassedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

/** The tests that failed, and the files that could not be run at all. */
export function vitestFailures({ testResults }: z.infer<typeof vitestReport>): Failure[] {
  return testResults.flatMap(({ name: path, status: fileStatus, message, assertionResults }) => {
    const file = relative(ROOT, path);
    const failed = assertionResults.filter(({ status }) => status === "failed");
    if (failed.length === 0 && fileStatus === "failed") return [{ name: file, message }];
    return failed.map(({ fullName, failureMessages }) => ({
      name: `${file} › ${fullName}`,
      message: (failureMessages ?? []).join("\n"),
    }));
  });
}

const playwrightSpec = z.object({
  title: z.string(),
  file: z.string(),
  line: z.number(),
  ok: z.boolean(),
  tests: z.array(
    z.object({
      results: z.array(z.object({ errors: z.array(z.object({ message: z.string().optional() })) })),
    }),
  ),
});
const playwrightSuite = z.object({
  specs: z.array(playwrightSpec),
  get suites() {
    return z.array(playwrightSuite).optional();
  },
});
/** What Playwright's JSON reporter writes, as far as it is read here. */
export const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), skipped: z.number() }),
  errors: z.array(z.object({ message: z.string().optional() })),
  suites: z.array(playwrightSuite),
});

/** The tests that failed at least once, and the errors outside of any test. */
export function playwrightFailures({
  suites,
  errors,
}: z.infer<typeof playwrightReport>): Failure[] {
  const failed = suites.flatMap(failedSpecs).map(({ title, file, line, tests }) => ({
    name: `${file}:${line} › ${title}`,
    message: tests
      .flatMap(({ results }) => results)
      .flatMap((result) => result.errors)
      .map(({ message }) => message ?? "")
      .join("\n"),
  }));
  const outside = errors.map(({ message }) => ({ name: "browser", message: message ?? "" }));
  return [...failed, ...outside];
}

function failedSpecs({
  specs,
  suites,
}: z.infer<typeof playwrightSuite>): z.infer<typeof playwrightSpec>[] {
  const own = specs.filter(
    ({ ok, tests }) => !ok || tests.some(({ results }) => results.some((r) => r.errors.length > 0)),
  );
  return [...own, ...(suites ?? []).flatMap(failedSpecs)];
}

/** A run that failed without naming a test: the end of what it printed is all there is. */
export function runFailure(name: string, output: string): Failure {
  return { name, message: output.trimEnd().split("\n").slice(-SHOWN_LINES).join("\n") };
}

/** A failure as the end of the run shows it. */
export function failureText({ name, message }: Failure): string {
  const lines = stripVTControlCharacters(message)
    .trimEnd()
    .split("\n")
    .filter((line) => !OF_A_LIBRARY.test(line));
  return [`FAIL  ${name}`, ...lines.slice(0, SHOWN_LINES).map((line) => `      ${line}`)].join(
    "\n",
  );
}
