import { defineConfig } from "@playwright/test";

/** The browser ring: the built product, a real PostgreSQL, a real Kubernetes, a real browser. */
export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  outputDir: "../test-results",
  // Bounds, not measures: on two busy cores a step takes ten times as long as it should.
  timeout: 600_000,
  expect: { timeout: 90_000 },
  workers: 2,
  fullyParallel: true,
  retries: 0,
  globalSetup: "./browser/global-setup.ts",
  use: {
    launchOptions: {
      executablePath: process.env["PODFLOW_TEST_BROWSER"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    },
    viewport: { width: 1440, height: 900 },
    actionTimeout: 90_000,
    permissions: ["clipboard-read", "clipboard-write"],
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    video: "off",
  },
});
