import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool } from "../run.ts";
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
  failed: number;
  skipped: number;
  /** Never empty where `failed` is more than zero. */
  failures: Failure[];
}

const reports = mkdtempSync(join(tmpdir(), "podflow-reports-"));

/** A run that is one test: it ends well, or it fails with the end of what it printed. */
export async function runWhole(name: string, args: string[]): Promise<Outcome> {
  const { code, output } = await runTool(args, { shows: true });
  return code === 0 ? { passed: 1, failed: 0, skipped: 0, failures: [] } : broken(name, output);
}

/** What a ring is that did not come to its end. */
export function broken(name: string, output: string): Outcome {
  return { passed: 0, failed: 1, skipped: 0, failures: [runFailure(name, output)] };
}

/** Runs one of vitest's projects, showing what it prints. A run that breaks counts as one failure. */
export async function runVitest(project: string, filters: string[]): Promise<Outcome> {
  const file = join(reports, `${project}.json`);
  const args = ["run", "--project", project, "--reporter=default", "--reporter=json"];
  const { code, output } = await runTool(
    ["node_modules/vitest/vitest.mjs", ...args, `--outputFile.json=${file}`, ...filters],
    { shows: true },
  );
  if (!existsSync(file)) return broken(project, output);
  const report = vitestReport.parse(JSON.parse(readFileSync(file, "utf8")));
  const failures = vitestFailures(report);
  // An error outside of any test (an unhandled rejection) fails the run and no test.
  if (code !== 0 && failures.length === 0) failures.push(runFailure(project, output));
  return {
    passed: report.numPassedTests,
    failed: Math.max(report.numFailedTests, failures.length),
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  };
}

/** Runs the browser ring. A test that passes only when it is tried again counts as a failure. */
export async function runPlaywright(
  environment: Record<string, string>,
  filters: string[],
): Promise<Outcome> {
  const file = join(reports, "browser.json");
  const { code, output } = await runTool(
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
  if (!existsSync(file)) return broken("browser", output);
  const report = playwrightReport.parse(JSON.parse(readFileSync(file, "utf8")));
  const failures = playwrightFailures(report);
  if (code !== 0 && failures.length === 0) failures.push(runFailure("browser", output));
  const { expected, unexpected, flaky, skipped } = report.stats;
  return {
    passed: expected,
    failed: Math.max(unexpected + flaky, failures.length),
    skipped,
    failures,
  };
}
