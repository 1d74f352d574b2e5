import { clsx } from "clsx";
import { memo, type MouseEvent, type ReactElement, type Ref } from "react";
import type { LogLine } from "#lib/core/log-line.ts";
import { LogText } from "./log-text.tsx";

/** What all rows of a log have in common. */
export interface RowLook {
  isWrapped: boolean;
  hasTimes: boolean;
  /** Width of the task column in characters; 0 without one. */
  taskWidth: number;
  /** Digits of the greatest line number. */
  digits: number;
  pattern: RegExp | null;
}

const two = (value: number) => String(value).padStart(2, "0");

function timeOfDay(iso: string): string {
  const date = new Date(iso);
  const seconds = `${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
  return `${two(date.getHours())}:${two(date.getMinutes())}:${seconds}`;
}

/** The thin edge before the text: a warning, an error, or else that the line is from stderr. */
function edgeOf(line: LogLine): string {
  if (line.level === "ERROR") return "bg-failed";
  if (line.level === "WARN") return "bg-warning";
  return line.stream === "stderr" ? "bg-line-strong" : "bg-transparent";
}

function originOf({ stream }: LogLine): string | undefined {
  if (stream === "podflow") return "From Podflow, not from the program";
  return stream === "stderr" ? "stderr" : undefined;
}

/** On these grounds the faintest ink would be too faint. */
const FIRMER = "[&_.text-ink-3]:text-ink-2";

function groundOf(line: LogLine | undefined, isChosen: boolean, isCurrent: boolean): string | null {
  if (isChosen) return `bg-select ${FIRMER}`;
  if (isCurrent) return `bg-warning-bg ${FIRMER}`;
  return line?.level === "ERROR" ? "bg-failed-bg" : null;
}

/** One line: number, time, task, text. A line that is still being fetched keeps its place. */
export const LogRow = memo(function LogRow({
  line,
  position,
  look,
  isChosen,
  isCurrent,
  onChoose,
  top,
  measureRef,
}: {
  line: LogLine | undefined;
  position: number;
  look: RowLook;
  isChosen: boolean;
  isCurrent: boolean;
  onChoose: (number: number, isExtending: boolean) => void;
  /** Pixels from the list's top. */
  top: number;
  measureRef: Ref<HTMLDivElement> | undefined;
}): ReactElement {
  const choose = (event: MouseEvent): void => {
    if (line !== undefined) onChoose(line.index + 1, event.shiftKey);
  };
  const number = line === undefined ? "" : line.index + 1;
  return (
    <div
      ref={measureRef}
      data-index={position}
      data-position={position}
      style={{ transform: `translateY(${top}px)` }}
      className={clsx(
        "absolute top-0 left-0 flex min-h-5 min-w-full",
        look.isWrapped ? "w-full" : "w-max",
        groundOf(line, isChosen, isCurrent),
      )}
    >
      <button
        type="button"
        tabIndex={-1}
        aria-label={`Line ${number}`}
        style={{ width: `calc(${Math.max(3, look.digits)}ch + 30px)` }}
        className="shrink-0 self-start pr-3.5 text-right text-ink-3 select-none hover:text-ink"
        onMouseDown={(event) => event.preventDefault()}
        onClick={choose}
      >
        {number}
      </button>
      {look.hasTimes ? (
        <span className="mr-3.5 w-[12ch] shrink-0 text-ink-3 select-none">
          {line === undefined ? "" : timeOfDay(line.time)}
        </span>
      ) : null}
      {look.taskWidth > 0 ? (
        <span
          style={{ width: `${look.taskWidth}ch` }}
          className="mr-3.5 shrink-0 truncate text-ink-2 select-none"
        >
          {line?.taskId ?? ""}
        </span>
      ) : null}
      <span
        aria-hidden
        title={line === undefined ? undefined : originOf(line)}
        className={clsx("-ml-2 mr-1.5 w-0.5 shrink-0", line !== undefined && edgeOf(line))}
      />
      {line?.stream === "podflow" ? (
        <span className="mr-2 shrink-0 self-start text-ink-2 select-none">Podflow:</span>
      ) : null}
      {line?.continues ? (
        <span title="Within the line before" className="mr-1 shrink-0 text-ink-3 select-none">
          …
        </span>
      ) : null}
      <span
        data-text
        className={clsx(
          "pr-5",
          look.isWrapped ? "min-w-0 flex-1 whitespace-pre-wrap wrap-anywhere" : "whitespace-pre",
        )}
      >
        {line === undefined ? (
          <span className="text-ink-3 select-none">…</span>
        ) : (
          <LogText
            text={line.text}
            wholeBytes={line.wholeBytes}
            pattern={look.pattern}
            isCurrent={isCurrent}
          />
        )}
      </span>
    </div>
  );
});
