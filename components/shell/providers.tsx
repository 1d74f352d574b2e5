"use client";
import { QueryClientProvider } from "@tanstack/react-query";
import { ThemeProvider } from "next-themes";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { type ReactElement, type ReactNode, useState } from "react";
import { ClockProvider } from "#components/ui/clock.tsx";
import { Toaster } from "#components/ui/toaster.tsx";
import { createQueryClient } from "#lib/query/query-client.ts";

/** What every component of a page may rely on. `now` is when the server drew the page. */
export function Providers({ now, children }: { now: number; children: ReactNode }): ReactElement {
  const [queryClient] = useState(createQueryClient);
  return (
    <ThemeProvider attribute="data-theme" defaultTheme="system" disableTransitionOnChange>
      <NuqsAdapter>
        <QueryClientProvider client={queryClient}>
          <ClockProvider now={now}>{children}</ClockProvider>
          <Toaster />
        </QueryClientProvider>
      </NuqsAdapter>
    </ThemeProvider>
  );
}
