"use client";
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactElement,
  type Ref,
  type WheelEvent,
  useEffect,
  useImperativeHandle,
  useRef,
} from "react";
import type { LogPoint } from "./copied-text.ts";
import type { FollowEvent } from "./follow.ts";
import { keyScroll } from "./key-scroll.ts";
import { LogRow, type RowLook } from "./log-row.tsx";
import { lineAt, type LogWindow } from "./log-window.ts";
import type { LineRange } from "./permalink.ts";
import { useLogScroll } from "./use-log-scroll.ts";
import { selectionIn, usePinnedRows } from "./use-log-selection.ts";

export interface LogRowsHandle {
  /** Brings a line into the middle of the view, or to its top. */
  goTo: (position: number, place: "middle" | "top") => void;
  /** Position of the first line that can be seen whole. */
  firstVisible: () => number;
}

/** A line this near to the end counts as the end: half a row. */
const END_PIXELS = 10;
/** A line of which more than this is above the view is not counted as seen. */
const CUT_PIXELS = 8;

/** The lines themselves: only those that can be seen are in the document. */
export function LogRows({
  ref,
  window,
  look,
  range,
  currentHit,
  isFollowing,
  onFollow,
  onChoose,
  onLook,
  onCopy,
  onChooseAll,
}: {
  ref: Ref<LogRowsHandle>;
  window: LogWindow;
  look: RowLook;
  /** Chosen lines, by their numbers. */
  range: LineRange | null;
  /** Position of the hit that the search is at. */
  currentHit: number | null;
  isFollowing: boolean;
  onFollow: (event: FollowEvent) => void;
  onChoose: (number: number, isExtending: boolean) => void;
  onLook: (first: number, last: number) => void;
  /** Copies what the browser has selected (null: what is chosen); says whether there was anything. */
  onCopy: (selection: [LogPoint, LogPoint] | null, event: ClipboardEvent) => void;
  onChooseAll: () => void;
}): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const followedTo = useRef<number | null>(null);
  const pinned = usePinnedRows(scroller);
  const total = window.total ?? 0;
  const { virtualizer, height, topOf } = useLogScroll({
    scroller,
    count: total,
    isWrapped: look.isWrapped,
    isFollowing,
    pinned,
    followedTo,
  });

  const first = virtualizer.range?.startIndex ?? 0;
  const last = virtualizer.range?.endIndex ?? 0;
  useEffect(() => onLook(first, last), [onLook, first, last]);

  useImperativeHandle(ref, () => {
    const place = (position: number, at: "middle" | "top"): void => {
      const element = scroller.current;
      const item = virtualizer.measurementsCache[position];
      if (element === null || item === undefined) return;
      const view = element.clientHeight;
      const list = virtualizer.getTotalSize();
      const wanted = at === "top" ? item.start - 8 : item.start - (view - item.size) / 2;
      const reach = Math.max(1, list - view);
      element.scrollTop = (wanted / reach) * (element.scrollHeight - view);
    };
    return {
      goTo: (position, at) => {
        place(position, at);
        // Wrapped rows have their true height only once they are drawn.
        requestAnimationFrame(() => place(position, at));
      },
      firstVisible: () => {
        const offset = virtualizer.scrollOffset ?? 0;
        return virtualizer.getVirtualItemForOffset(offset + CUT_PIXELS)?.index ?? 0;
      },
    };
  }, [virtualizer]);

  const onScroll = (): void => {
    const element = scroller.current;
    if (element === null) return;
    const top = element.scrollTop;
    const isAtEnd = element.scrollHeight - top - element.clientHeight < END_PIXELS;
    const isOwn = top === followedTo.current;
    followedTo.current = null;
    if (!isOwn) onFollow({ type: "scrolled", isUp: top < lastTop.current - 0.5, isAtEnd, total });
    lastTop.current = top;
  };
  // Before it scrolls: the next line would take the view back to the end in the same frame.
  const onWheel = (event: WheelEvent): void => {
    const isUp = event.deltaY < 0 && !event.ctrlKey && lastTop.current > 0;
    if (isUp) onFollow({ type: "went-to-line", total });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const element = event.currentTarget;
    const top = event.target === element ? keyScroll(event, element) : null;
    if (top !== null) {
      event.preventDefault();
      if (top < element.scrollTop) onFollow({ type: "went-to-line", total });
      else if (top >= element.scrollHeight - element.clientHeight)
        onFollow({ type: "back-to-end" });
      element.scrollTop = top;
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
      event.preventDefault();
      onChooseAll();
    }
  };
  const items = virtualizer.getVirtualItems();
  const longest = Math.max(0, ...items.map((item) => lineAt(window, item.index)?.text.length ?? 0));
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- copying and "select all" have no element of their own
    <section
      ref={scroller}
      aria-label="Lines of the log"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by the keyboard
      tabIndex={0}
      className="mono h-full overflow-auto outline-offset-[-2px] [overflow-anchor:none]"
      onScroll={onScroll}
      onWheel={onWheel}
      onKeyDown={onKeyDown}
      onCopy={(event) => {
        const log = scroller.current;
        onCopy(log === null ? null : selectionIn(log), event);
      }}
    >
      <div
        className="relative"
        style={{ height, minWidth: look.isWrapped ? undefined : `${Math.min(longest, 10_000)}ch` }}
      >
        {items.map((item) => {
          const line = lineAt(window, item.index);
          const number = line === undefined ? 0 : line.index + 1;
          return (
            <LogRow
              key={item.key}
              line={line}
              position={item.index}
              look={look}
              isChosen={range !== null && number >= range.first && number <= range.last}
              isCurrent={currentHit === item.index}
              onChoose={onChoose}
              top={topOf(item.start)}
              measureRef={look.isWrapped ? virtualizer.measureElement : undefined}
            />
          );
        })}
      </div>
    </section>
  );
}
