/** What is focused in a row: what says `data-row-focus`, else the first link or button. */
function focusOf(row: Element): HTMLElement | null {
  return (
    row.querySelector<HTMLElement>("[data-row-focus]") ??
    row.querySelector<HTMLElement>("a, button")
  );
}

/** Moves the focus to the next (1) or previous (-1) row of the page's list; the first when there is none yet. */
export function moveRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll("main [data-row]")];
  const current = rows.findIndex((row) => row.contains(document.activeElement));
  const next = current === -1 ? (step === 1 ? 0 : rows.length - 1) : current + step;
  const row = rows[next];
  if (row === undefined) return;
  focusOf(row)?.focus();
  row.scrollIntoView({ block: "nearest" });
}

/** Takes the focus out of the list. */
export function leaveRow(): void {
  const focused = document.activeElement;
  if (focused instanceof HTMLElement && focused.closest("[data-row]") !== null) focused.blur();
}
