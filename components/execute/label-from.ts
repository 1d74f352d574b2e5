/** A label as it is written, `key:value`; a sentence when it is none. */
export function labelFrom(text: string): { key: string; value: string } | string {
  const colon = text.indexOf(":");
  const key = text.slice(0, colon).trim();
  const value = text.slice(colon + 1).trim();
  if (colon < 1 || key === "" || value === "") return "Write a label as key:value.";
  if (key.startsWith("system.")) return "Labels that begin with system. are set by Podflow only.";
  return { key, value };
}
