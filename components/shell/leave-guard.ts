type Guard = (go: () => void) => void;

let guard: Guard | null = null;

/** A page that would lose something asks first; it takes its guard away when it is gone. */
export function guardLeaving(ask: Guard): () => void {
  guard = ask;
  return () => {
    if (guard === ask) guard = null;
  };
}

/** Leaves the page, after its guard has asked, if it has one. */
export function leavePage(go: () => void): void {
  if (guard === null) go();
  else guard(go);
}
