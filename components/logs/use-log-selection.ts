"use client";
import { type RefObject, useEffect, useRef } from "react";
import { inOrder, type LogPoint } from "./copied-text.ts";

/** The place in the log of one end of the browser's selection; null when it is elsewhere. */
function pointOf(node: Node | null, offset: number): LogPoint | null {
  const element = node instanceof Element ? node : node?.parentElement;
  const row = element?.closest("[data-position]");
  const text = row?.querySelector("[data-text]");
  if (node === null || row === null || row === undefined || text === null || text === undefined) {
    return null;
  }
  const position = Number(row.getAttribute("data-position"));
  const before = document.createRange();
  before.selectNodeContents(text);
  if (before.comparePoint(node, offset) < 0) return { position, offset: 0 };
  if (before.comparePoint(node, offset) > 0) return { position, offset: before.toString().length };
  before.setEnd(node, offset);
  return { position, offset: before.toString().length };
}

/** The browser's selection as places in this log, in their order; null when it is none of this log. */
export function selectionIn(log: HTMLElement): [LogPoint, LogPoint] | null {
  const selection = document.getSelection();
  if (selection === null || selection.isCollapsed) return null;
  if (!log.contains(selection.anchorNode) || !log.contains(selection.focusNode)) return null;
  const one = pointOf(selection.anchorNode, selection.anchorOffset);
  const other = pointOf(selection.focusNode, selection.focusOffset);
  return one === null || other === null ? null : inOrder(one, other);
}

/** The rows in which a selection begins and ends: they stay in the document while one scrolls. */
export function usePinnedRows(log: RefObject<HTMLDivElement | null>): RefObject<readonly number[]> {
  const pinned = useRef<readonly number[]>([]);
  useEffect(() => {
    const onSelection = (): void => {
      const element = log.current;
      const ends = element === null ? null : selectionIn(element);
      pinned.current = ends === null ? [] : ends.map((end) => end.position);
    };
    document.addEventListener("selectionchange", onSelection);
    return () => document.removeEventListener("selectionchange", onSelection);
  }, [log]);
  return pinned;
}
