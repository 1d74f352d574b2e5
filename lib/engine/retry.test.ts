import { describe, expect, it } from "vitest";
import type { Retry } from "#lib/flow/flow.ts";
import { retryDelayMs } from "./retry.ts";

const limits = { maxAttempts: null, maxDurationMs: null, warningOnRetry: false };

describe("the time until the next attempt", () => {
  const exponential: Retry = {
    ...limits,
    type: "exponential",
    intervalMs: 1000,
    maxIntervalMs: 5000,
    delayFactor: 2,
  };
  const cases: [string, Retry, number, number][] = [
    ["is the interval when constant", { ...limits, type: "constant", intervalMs: 700 }, 4, 700],
    ["is factor times interval at first when exponential", exponential, 1, 2000],
    ["grows with the attempts", exponential, 2, 4000],
    ["is capped", exponential, 9, 5000],
  ];
  it.each(cases)("%s", (_title, retry, tried, expected) => {
    expect(retryDelayMs(retry, tried, "seed")).toBe(expected);
  });

  it("is somewhere between the bounds when random, the same for the same attempt", () => {
    const retry: Retry = { ...limits, type: "random", minIntervalMs: 100, maxIntervalMs: 200 };
    const delays = Array.from({ length: 50 }, (_, index) => retryDelayMs(retry, 1, `id-${index}`));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...delays)).toBeLessThanOrEqual(200);
    expect(new Set(delays).size).toBeGreaterThan(20);
    expect(retryDelayMs(retry, 1, "id-7")).toBe(delays[7]);
  });
});
