import { onExecutionChange } from "#lib/store/listen.ts";

/**
 * Calls `onChange` after every change of the execution or its log, and every two seconds without
 * one, so that whoever reads after each call misses nothing.
 * @returns ends the watching
 */
export function watchExecution(id: string, onChange: () => void): () => void {
  return onExecutionChange(id, onChange);
}
