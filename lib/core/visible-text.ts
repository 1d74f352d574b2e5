/** Escape sequences: colours, cursor moves, erasing, titles, links (ECMA-48 5.4, OSC 8). */
const SEQUENCES =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b\[[0-?]*[ -/]*[@-~]|\u001b[@-Z\\^_=>78]/g;
/** Control characters have no look; a tab has. */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** The line as a terminal leaves it on the screen: after a carriage return what was there is written over. */
export function visibleText(line: string): string {
  if (line.search(CONTROL) === -1) return line;
  const text = line.replaceAll(SEQUENCES, "").replace(/\r+$/, "");
  return text.slice(text.lastIndexOf("\r") + 1).replaceAll(CONTROL, "");
}
