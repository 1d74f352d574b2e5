import type { Problem } from "#lib/core/flow-view.ts";

/** What a page may ask of its editor. Lines and columns count from 1. */
export interface EditorHandle {
  goTo: (line: number, column: number) => void;
  /** Takes the keys, where the cursor was. */
  focus: () => void;
  /** Makes the change that the problem comes with, as one step that can be undone. */
  fix: (problem: Problem) => void;
  /** Takes the place of the whole text, as one step that can be undone. */
  replace: (text: string) => void;
}
