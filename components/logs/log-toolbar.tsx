"use client";
import { Clock, Download, WrapText } from "lucide-react";
import type { ReactElement } from "react";
import { IconButton } from "#components/ui/button.tsx";
import { LOG_LEVELS, type LogLevel } from "#lib/core/log-line.ts";
import { LogChoice } from "./log-choice.tsx";
import type { LogSubject } from "./log-subject.ts";

const LEVEL_OPTIONS: readonly { value: LogLevel | null; label: string }[] = [
  { value: null, label: "all levels" },
  ...LOG_LEVELS.slice(1).map((level) => ({
    value: level,
    label: level === "ERROR" ? "ERROR" : `${level} and above`,
  })),
];

/** What narrows the log, and how it is shown. The search stands between the two. */
export function LogToolbar({
  subjects,
  subject,
  onSubject,
  attempt,
  onAttempt,
  level,
  onLevel,
  isWrapped,
  onWrap,
  hasTimes,
  onTimes,
  downloadHref,
  search,
}: {
  subjects: readonly LogSubject[];
  subject: LogSubject | null;
  onSubject: (key: string | null) => void;
  attempt: number | null;
  onAttempt: (attempt: number | null) => void;
  level: LogLevel | null;
  onLevel: (level: LogLevel | null) => void;
  isWrapped: boolean;
  onWrap: (isOn: boolean) => void;
  hasTimes: boolean;
  onTimes: (isOn: boolean) => void;
  downloadHref: string;
  /** Null where there is nothing to search. */
  search: ReactElement | null;
}): ReactElement {
  const attempts = subject?.seals.length ?? 0;
  return (
    <header className="flex min-h-10 shrink-0 flex-wrap items-center gap-2 border-b border-line py-1 pr-2 pl-4">
      <h2 className="text-xs font-semibold max-lg:sr-only">Log</h2>
      {subjects.length < 2 ? null : (
        <LogChoice
          label="Task"
          value={subject?.key ?? null}
          options={[
            { value: null, label: "all tasks" },
            ...subjects.map((each) => ({ value: each.key, label: each.key })),
          ]}
          onChange={onSubject}
        />
      )}
      {attempts < 2 ? null : (
        <LogChoice
          label="Attempt"
          value={attempt}
          options={[
            { value: null, label: "all attempts" },
            ...Array.from({ length: attempts }, (_, at) => ({
              value: at,
              label: `attempt ${at + 1}`,
            })),
          ]}
          onChange={onAttempt}
        />
      )}
      <LogChoice label="Level" value={level} options={LEVEL_OPTIONS} onChange={onLevel} />
      <span className="ml-auto flex min-w-0 grow items-center justify-end gap-1">
        {search}
        <IconButton label="Wrap lines" isPressed={isWrapped} onClick={() => onWrap(!isWrapped)}>
          <WrapText size={16} strokeWidth={1.75} aria-hidden />
        </IconButton>
        <IconButton label="Show times" isPressed={hasTimes} onClick={() => onTimes(!hasTimes)}>
          <Clock size={16} strokeWidth={1.75} aria-hidden />
        </IconButton>
        <a
          href={downloadHref}
          download
          aria-label="Download as text"
          title="Download as text"
          className="inline-flex size-[30px] shrink-0 items-center justify-center rounded-md text-ink-2 hover:bg-sunken hover:text-ink"
        >
          <Download size={16} strokeWidth={1.75} aria-hidden />
        </a>
      </span>
    </header>
  );
}
