/** Why a request is refused. The HTTP status follows from the code, nowhere else. */
export const HTTP_STATUS = {
  invalid: 422,
  malformed: 400,
  unauthorized: 401,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  "too-large": 413,
  unavailable: 503,
} as const;
export type AppErrorCode = keyof typeof HTTP_STATUS;

/**
 * The request is wrong, and `message` says so to a person: what happened, to what, what to do.
 * `fields` has one message for each field that is wrong, by the field's name.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: AppErrorCode;
  readonly fields: Record<string, string>;

  constructor(
    code: AppErrorCode,
    message: string,
    options: { fields?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.fields = options.fields ?? {};
  }
}

/** @throws Error when a thing that must hold does not: our own mistake, never the user's. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Broken assumption: ${message}`);
}
