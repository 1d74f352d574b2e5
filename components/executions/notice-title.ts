const ARTICLE = /^(The|No|A|An|It|Its)\b/;

/** `report waits: no node has …`: the task before the reason, unless the reason names it already. */
export function noticeTitle(task: string | null, verb: string, message: string): string {
  if (task === null || new RegExp(`(^|\\W)${escaped(task)}(\\W|$)`).test(message)) return message;
  const rest = ARTICLE.test(message) ? message.charAt(0).toLowerCase() + message.slice(1) : message;
  return `${task} ${verb}: ${rest}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
