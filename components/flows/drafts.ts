/** An edit that is not saved: what it became, and of which revision (null: of none). */
interface Draft {
  source: string;
  revision: number | null;
}

/**
 * Edits that were left without saving, by flow, as long as the tab lives: the browser's back button
 * cannot be asked to wait, so going back finds the edit as it was.
 */
const drafts = new Map<string, Draft>();

export const NEW_FLOW = "new";
export const draftKey = (flow: { namespace: string; id: string }): string =>
  `${flow.namespace}/${flow.id}`;

export function keepDraft(key: string, draft: Draft): void {
  drafts.set(key, draft);
}
export function dropDraft(key: string): void {
  drafts.delete(key);
}
export function draftOf(key: string): Draft | undefined {
  return drafts.get(key);
}
