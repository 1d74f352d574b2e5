const MAC: Record<string, string> = { mod: "⌘", shift: "⇧", alt: "⌥" };
const OTHER: Record<string, string> = { mod: "Ctrl ", shift: "Shift ", alt: "Alt " };
const NAMED: Record<string, string> = { enter: "↵", esc: "Esc", up: "↑", down: "↓" };

/** Keys as people read them: `mod+enter` is `⌘↵` on a Mac and `Ctrl ↵` elsewhere. */
export function keyText(keys: string, isMac: boolean): string {
  const modifiers = isMac ? MAC : OTHER;
  return keys
    .split("+")
    .map((key) => modifiers[key] ?? NAMED[key] ?? key)
    .join("");
}
