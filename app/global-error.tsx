"use client";
import "./globals.css";
import type { ReactElement } from "react";
import { PageFailure } from "#components/shell/page-failure.tsx";

export default function GlobalErrorPage({
  error,
}: {
  error: Error & { digest?: string };
}): ReactElement {
  return (
    <html lang="en">
      <body>
        <title>Podflow</title>
        <main className="h-dvh bg-paper">
          <PageFailure digest={error.digest} reset={() => location.reload()} />
        </main>
      </body>
    </html>
  );
}
