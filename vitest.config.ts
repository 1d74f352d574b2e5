import { defineConfig } from "vitest/config";

/** The rings that vitest runs; the browser ring is Playwright's (e2e/playwright.config.ts). */
const unit = {
  name: "unit",
  include: ["{lib,components,prisma,scripts}/**/*.test.{ts,tsx}"],
  exclude: ["**/*.cluster.test.ts", "**/*.contract.test.ts"],
};
const contract = { name: "contract", include: ["lib/**/*.contract.test.ts"] };
const cluster = { name: "cluster", include: ["{lib,e2e}/**/*.cluster.test.ts"] };

/** A bound, not a measure: on a slow machine what is waited for comes late. */
const expect = { poll: { timeout: 60_000 } };

/** A real PostgreSQL for the run; each test file makes databases of its own (e2e/database). */
const globalSetup = ["e2e/database/global-setup.ts"];

export default defineConfig({
  test: {
    projects: [
      { test: { ...unit, globalSetup, expect, testTimeout: 120_000, hookTimeout: 120_000 } },
      {
        test: {
          ...contract,
          globalSetup,
          expect,
          testTimeout: 180_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...cluster,
          globalSetup,
          expect,
          testTimeout: 180_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
        },
      },
    ],
  },
  resolve: { alias: { "server-only": "data:text/javascript," } },
});
