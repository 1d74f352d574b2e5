/** The JSON with one member a line; as it is when it is cut or no JSON. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // A preview may end in the middle of the file.
  }
}
