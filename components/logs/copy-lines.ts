import type { ClipboardEvent } from "react";
import { toast } from "sonner";
import { copiedText, type LogPoint } from "./copied-text.ts";
import { type LogReader, MAX_COPIED, positionsOf, readTexts, textsHere } from "./log-reader.ts";
import type { LineRange } from "./permalink.ts";

const TOO_MANY = `More than ${MAX_COPIED.toLocaleString("en")} lines do not fit the clipboard: download the log.`;

/** Puts a text on the clipboard that is still being read, within the same press of a key or button. */
function copyLater(text: Promise<string>): void {
  const blob = text.then((read) => new Blob([read], { type: "text/plain" }));
  navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]).then(
    () => toast.success("Copied"),
    () => toast.error("Nothing was copied. Try again, or download the log."),
  );
}

/** Copies a selection over several lines: exactly their text, also of lines that are not drawn. */
export function copySelection(
  reader: LogReader,
  [from, to]: [LogPoint, LogPoint],
  event: ClipboardEvent,
): void {
  // Within one line the browser copies what is selected as it is.
  if (from.position === to.position) return;
  event.preventDefault();
  if (to.position - from.position > MAX_COPIED) {
    toast.error(TOO_MANY);
    return;
  }
  const here = textsHere(reader.window, from.position, to.position);
  if (here !== null) event.clipboardData.setData("text/plain", copiedText(here, from, to));
  else {
    const texts = readTexts(reader, from.position, to.position);
    copyLater(texts.then((lines) => copiedText(lines, from, to)));
  }
}

/** Copies the text of chosen lines, with a line end between two. */
export function copyRange(reader: LogReader, range: LineRange): void {
  if (range.last - range.first > MAX_COPIED) {
    toast.error(TOO_MANY);
    return;
  }
  const read = async (): Promise<string> => {
    const { first, last } = await positionsOf(reader, range);
    return (await readTexts(reader, first, last)).join("\n");
  };
  copyLater(read());
}
