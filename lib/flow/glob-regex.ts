/**
 * The pattern of `regex:…` for whole paths, or why it cannot be used. Repeated groups with choices or
 * repetitions in them, and references to groups, can take for ever on a short path: they are refused.
 */
export function safePattern(text: string): RegExp | string {
  const flags = text.startsWith("(?i)") ? "iu" : "u";
  const pattern = text.startsWith("(?i)") ? text.slice("(?i)".length) : text;
  let compiled: RegExp;
  try {
    compiled = new RegExp(`^(?:${pattern})$`, flags);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return canExplode(pattern)
    ? "a repeated group may have neither `|` nor repetitions in it, and groups cannot be referred to, because matching could take for ever."
    : compiled;
}

/** Whether the pattern repeats a group that has a choice or a repetition in it, or refers back. */
function canExplode(pattern: string): boolean {
  const open: { isRisky: boolean }[] = [];
  let isInClass = false;
  let closed: { isRisky: boolean } | null = null;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    const before = closed;
    closed = null;
    if (character === "\\") {
      if (/[1-9k]/.test(pattern.charAt(at + 1))) return true;
      at += 1;
    } else if (isInClass) {
      isInClass = character !== "]";
    } else if (character === "[") {
      isInClass = true;
    } else if (character === "(") {
      open.push({ isRisky: false });
    } else if (character === ")") {
      closed = open.pop() ?? null;
      const outer = open.at(-1);
      if (closed?.isRisky && outer) outer.isRisky = true;
    } else if (/[*+{]/.test(character)) {
      if (before?.isRisky) return true;
      for (const group of open) group.isRisky = true;
    } else if (character === "|") {
      for (const group of open) group.isRisky = true;
    }
  }
  return false;
}
