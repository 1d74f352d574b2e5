import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunResult, runTool } from "../run.ts";
import {
  type Failure,
  playwrightFailures,
  playwrightReport,
  runFailure,
  vitestFailures,
  vitestReport,
} from "./failures.ts";

export interface Outcome {
  passed: number;
  skipped: number;
  failures: Failure[];
}

const reports = mkdtempSync(join(tmpdir(), "podflow-reports-"));

/** A run that is one test: it ends well, or it fails with the end of what it printed. */
export async function runWhole(name: string, args: string[]): Promise<Outcome> {
  const run = await runTool(args, { shows: true });
  return checked(name, run, { passed: run.code === 0 ? 1 : 0, skipped: 0, failures: [] });
}

/** What a ring is that did not come to its end. */
export function broken(name: string, output: string): Outcome {
  return { passed: 0, skipped: 0, failures: [runFailure(name, output)] };
}

/** A run can fail and name no test: by an error outside of any (an unhandled rejection). */
function checked(name: string, { code, output }: RunResult, outcome: Outcome): Outcome {
  if (code === 0 || outcome.failures.length > 0) return outcome;
  return { ...outcome, failures: [runFailure(name, output)] };
}

/** Runs one of vitest's projects, showing what it prints. A run that breaks counts as one failure. */
export async function runVitest(project: string, filters: string[]): Promise<Outcome> {
  const file = join(reports, `${project}.json`);
  const args = ["run", "--project", project, "--reporter=default", "--reporter=json"];
  const run = await runTool(
    ["node_modules/vitest/vitest.mjs", ...args, `--outputFile.json=${file}`, ...filters],
    { shows: true },
  );
  if (!existsSync(file)) return broken(project, run.output);
  const report = vitestReport.parse(JSON.parse(readFileSync(file, "utf8")));
  return checked(project, run, {
    passed: report.numPassedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: vitestFailures(report),
  });
}

/** Runs the browser ring. A test that passes only when it is tried again counts as a failure. */
export async function runPlaywright(
  environment: Record<string, string>,
  filters: string[],
): Promise<Outcome> {
  const file = join(reports, "browser.json");
  const run = await runTool(
    [
      "node_modules/@playwright/test/cli.js",
      "test",
      "-c",
      "e2e/playwright.config.ts",
      "--reporter=list,json",
      ...filters,
    ],
    { shows: true, environment: { ...environment, PLAYWRIGHT_JSON_OUTPUT_NAME: file } },
  );
  if (!existsSync(file)) return broken("browser", run.output);
  const report = playwrightReport.parse(JSON.parse(readFileSync(file, "utf8")));
  const { expected: passed, skipped } = report.stats;
  return checked("browser", run, { passed, skipped, failures: playwrightFailures(report) });
}
