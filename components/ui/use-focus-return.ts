"use client";
import { useEffect, useRef } from "react";

/** Where the focus returns to for a sheet that takes the place of another one at this moment. */
let handedOver: HTMLElement | null = null;

/**
 * For what opens over the page without a trigger of its own: when it closes, the focus returns to
 * where it was. (Radix gives it back to its own trigger only, and else to nothing.)
 */
export function useFocusReturn(): {
  /** When it opens, before the focus moves. */
  remember: () => void;
  onCloseAutoFocus: (event: Event) => void;
} {
  const before = useRef<HTMLElement | null>(null);
  useEffect(
    () => () => {
      handedOver = before.current;
      setTimeout(() => {
        handedOver = null;
      });
    },
    [],
  );
  return {
    remember: () => {
      const { activeElement } = document;
      const focused = activeElement instanceof HTMLElement ? activeElement : null;
      before.current = handedOver ?? focused;
    },
    onCloseAutoFocus: (event) => {
      event.preventDefault();
      before.current?.focus();
    },
  };
}
