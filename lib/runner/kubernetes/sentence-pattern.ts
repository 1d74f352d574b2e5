/** The sentence of a row of causes as a pattern; what stands in braces may be anything but nothing. */
export function sentencePattern(text: string): RegExp {
  const plain = text.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${plain.replaceAll(/\{\w+\}/g, "(?!undefined|\\?)[^{}]+?")}$`);
}
