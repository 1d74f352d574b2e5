"use client";
import { useCallback, useState } from "react";
import { hashFromRange, type LineRange, rangeAfterClick, rangeFromHash } from "./permalink.ts";
import { useHash } from "./use-hash.ts";

/** The lines that are chosen, which the URL says as `#L5-9`. */
export function useLogRange(): {
  range: LineRange | null;
  /** The link that was opened, until lines are chosen here; it is to be brought into view. */
  linked: LineRange | null;
  choose: (line: number, isExtending: boolean) => void;
  set: (range: LineRange | null) => void;
} {
  const [hash, setHash] = useHash();
  const [anchor, setAnchor] = useState<number | null>(null);
  const [own, setOwn] = useState<string | null>(null);
  const range = rangeFromHash(hash);
  const set = useCallback(
    (next: LineRange | null): void => {
      const text = hashFromRange(next);
      setOwn(text);
      setHash(text);
    },
    [setHash],
  );
  const choose = useCallback(
    (line: number, isExtending: boolean): void => {
      const from = rangeFromHash(location.hash);
      const after = rangeAfterClick(
        { range: from, anchor: anchor ?? from?.first ?? null },
        line,
        isExtending,
      );
      setAnchor(after.anchor);
      set(after.range);
    },
    [anchor, set],
  );
  return { range, linked: hash === own ? null : range, choose, set };
}
