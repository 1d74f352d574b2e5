"use client";
import type { ReactElement } from "react";
import { PageFailure } from "#components/shell/page-failure.tsx";

export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}): ReactElement {
  return <PageFailure digest={error.digest} reset={reset} />;
}
