"use client";
import { useTheme } from "next-themes";
import type { ReactElement } from "react";
import { Toaster as Sonner } from "sonner";

/** Where short messages appear that have no place on the page. Raise one with `toast` of sonner. */
export function Toaster(): ReactElement {
  const { resolvedTheme } = useTheme();
  return (
    <Sonner
      theme={resolvedTheme === "dark" ? "dark" : "light"}
      position="bottom-right"
      duration={5000}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "flex w-[356px] max-w-full items-center gap-3 rounded-md border border-line bg-paper px-4 py-3 text-sm text-ink shadow-float font-sans",
          title: "font-strong",
          description: "text-ink-2",
          error: "border-l-[3px] border-l-failed",
          success: "border-l-[3px] border-l-success",
          icon: "hidden",
          actionButton:
            "ml-auto shrink-0 rounded-md border border-line-strong px-2 h-6 text-xs font-medium",
        },
      }}
    />
  );
}
