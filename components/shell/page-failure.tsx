"use client";
import { useRouter } from "next/navigation";
import { type ReactElement, startTransition, useEffect, useEffectEvent } from "react";
import { Button } from "#components/ui/button.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { PageBar } from "#components/ui/page-bar.tsx";

const RETRY_MS = 5_000;

/** A page that could not be read, in place of it. It asks the server anew until that answers. */
export function PageFailure({
  digest,
  reset,
}: {
  /** The server's own number for what went wrong: its log has it. */
  digest: string | undefined;
  reset: () => void;
}): ReactElement {
  const router = useRouter();
  const again = () =>
    startTransition(() => {
      router.refresh();
      reset();
    });
  const retry = useEffectEvent(again);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) retry();
    }, RETRY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <PageBar title="No answer" />
      <div className="p-5">
        <Notice
          tone="failed"
          isAlert
          title="This page could not be read."
          actions={<Button onClick={again}>Try again</Button>}
        >
          Podflow or its database did not answer in time. Nothing was changed; it is tried again
          every five seconds. If it stays, the log of <code>web</code> says why
          {digest === undefined ? "" : ` (it is error ${digest} there)`}.
        </Notice>
      </div>
    </>
  );
}
