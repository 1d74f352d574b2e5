/**
 * Whether a rendered condition holds: `runIf`, `condition` and the like. `false`, `0`, `-0`, `null`
 * and the empty text are false, everything else is true.
 */
export function isTruthy(text: string): boolean {
  return !["", "false", "0", "-0", "null"].includes(text.trim());
}
