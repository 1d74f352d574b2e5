/**
 * What keeps a text from being JSON or YAML, as one sentence with its place; null when nothing does,
 * and for an empty text, which is no document to be wrong. The YAML parser comes when it is needed.
 */
export async function documentFault(type: "JSON" | "YAML", text: string): Promise<string | null> {
  if (text.trim() === "") return null;
  return type === "JSON" ? jsonFault(text) : yamlFault(text);
}

function jsonFault(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return `Not JSON: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

async function yamlFault(text: string): Promise<string | null> {
  const { parseDocument } = await import("yaml");
  const [error] = parseDocument(text).errors;
  const message = error?.message.split("\n", 1)[0]?.replace(/:$/, "");
  return message === undefined ? null : `Not YAML: ${message}.`;
}
