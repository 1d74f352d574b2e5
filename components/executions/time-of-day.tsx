"use client";
import { type ReactElement, useSyncExternalStore } from "react";
import { momentText } from "#components/ui/time-text.ts";

const never = () => () => undefined;

/** When something began, in the reader's own time zone; with the day unless that is today. */
export function TimeOfDay({ date }: { date: string }): ReactElement {
  const ms = Date.parse(date);
  const moment = useSyncExternalStore(
    never,
    () => momentText(ms),
    () => "",
  );
  const [day = "", time = ""] = moment.split(" ");
  const today = useSyncExternalStore(
    never,
    () => momentText(Date.now()).slice(0, 10),
    () => "",
  );
  const short = time.slice(0, 8);
  return (
    <time dateTime={date} title={moment} className="whitespace-nowrap tabular-nums">
      {day === today ? short : `${day} ${short}`}
    </time>
  );
}
