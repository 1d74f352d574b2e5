import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { runTool } from "../run.ts";

export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const reports = mkdtempSync(join(tmpdir(), "podflow-reports-"));

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  success: z.boolean(),
});
const playwrightReport = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
});

/** Runs one of vitest's projects, showing what it prints. A run that breaks counts as one failure. */
export async function runVitest(project: string, filters: string[]): Promise<Count> {
  const file = join(reports, `${project}.json`);
  const args = ["run", "--project", project, "--reporter=default", "--reporter=json"];
  const { code } = await runTool(
    ["node_modules/vitest/vitest.mjs", ...args, `--outputFile.json=${file}`, ...filters],
    { shows: true },
  );
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = vitestReport.parse(JSON.parse(readFileSync(file, "utf8")));
  const failed = Math.max(report.numFailedTests, code === 0 ? 0 : 1);
  return {
    passed: report.numPassedTests,
    failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Runs the browser ring. A test that passes only when it is tried again counts as a failure. */
export async function runPlaywright(
  environment: Record<string, string>,
  filters: string[],
): Promise<Count> {
  const file = join(reports, "browser.json");
  const { code } = await runTool(
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
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const { stats } = playwrightReport.parse(JSON.parse(readFileSync(file, "utf8")));
  const failed = Math.max(stats.unexpected + stats.flaky, code === 0 ? 0 : 1);
  return { passed: stats.expected, failed, skipped: stats.skipped };
}
