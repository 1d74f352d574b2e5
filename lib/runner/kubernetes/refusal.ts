import { RunnerError } from "../contract.ts";
import { ApiFailure } from "./api-failure.ts";

/**
 * So long an API server that was just started may refuse what it allows a moment later: it answers
 * before it has read who may do what (kubernetes/kubernetes#121635).
 */
export const REFUSED_MS = 30_000;

/** The login or the permission is gone. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof ApiFailure) return error.status === 401 || error.status === 403;
  return error instanceof RunnerError && !error.isTransient;
}
