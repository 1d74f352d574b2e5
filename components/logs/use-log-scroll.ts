"use client";
import {
  defaultRangeExtractor,
  observeElementOffset,
  useVirtualizer,
  type Virtualizer,
} from "@tanstack/react-virtual";
import { type RefObject, useLayoutEffect, useRef } from "react";
import { scrollScale } from "./scroll-scale.ts";

const ROW_HEIGHT = 20;
const PADDING = 8;

type LogVirtualizer = Virtualizer<HTMLDivElement, HTMLDivElement>;

/**
 * The rows that can be seen of a list of any length, and where they are. The scroll bar spans the
 * whole list, even when it is higher than browsers can lay out; then rows are moved by the difference.
 */
export function useLogScroll(options: {
  scroller: RefObject<HTMLDivElement | null>;
  count: number;
  isWrapped: boolean;
  isFollowing: boolean;
  /** Positions that stay in the document wherever one scrolls: a selection begins or ends there. */
  pinned: RefObject<readonly number[]>;
  /** Where following has scrolled to and no scroll event has told so yet; null when none is due. */
  followedTo: RefObject<number | null>;
}): { virtualizer: LogVirtualizer; height: number; topOf: (start: number) => number } {
  const { scroller, count, isWrapped, isFollowing, pinned, followedTo } = options;
  const scaleRef = useRef(1);
  // oxlint-disable-next-line react/incompatible-library -- its values stay in this hook and in LogRows, which nothing memoizes
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 20,
    paddingStart: PADDING,
    paddingEnd: PADDING,
    observeElementOffset: (instance, report) =>
      observeElementOffset(instance, (offset, isScrolling) =>
        report(offset * scaleRef.current, isScrolling),
      ),
    scrollToFn: (offset, { adjustments = 0 }) => {
      const element = scroller.current;
      if (element !== null) element.scrollTop = (offset + adjustments) / scaleRef.current;
    },
    rangeExtractor: (range) => {
      const seen = defaultRangeExtractor(range);
      const kept = pinned.current.filter((at) => at < range.count && !seen.includes(at));
      return [...kept, ...seen].toSorted((one, other) => one - other);
    },
  });

  const viewHeight = virtualizer.scrollRect?.height ?? 0;
  const listHeight = virtualizer.getTotalSize();
  const { height, scale } = scrollScale(listHeight, viewHeight);
  const offset = virtualizer.scrollOffset ?? 0;

  // Heights that were measured wrapped are wrong unwrapped, and the other way round.
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, isWrapped]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || scaleRef.current === scale) return;
    const before = element.scrollTop * scaleRef.current;
    scaleRef.current = scale;
    element.scrollTop = before / scale;
  }, [scroller, scale]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!isFollowing || element === null) return;
    const before = element.scrollTop;
    element.scrollTop = element.scrollHeight;
    if (element.scrollTop !== before) followedTo.current = element.scrollTop;
  }, [scroller, followedTo, isFollowing, listHeight, viewHeight]);

  const topOf = (start: number): number => start - offset + offset / scale;
  return { virtualizer, height, topOf };
}
