import type { Metadata } from "next";
import Link from "next/link";
import type { ReactElement } from "react";
import { buttonClass } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageBar } from "#components/ui/page-bar.tsx";
import { paths } from "#lib/core/paths.ts";

export const metadata: Metadata = { title: "Not found" };

export default function NotFoundPage(): ReactElement {
  return (
    <>
      <PageBar title="Not found" />
      <EmptyState
        title="There is nothing at this address."
        action={
          <>
            <Link href={paths.flows()} className={buttonClass("primary")}>
              Flows
            </Link>
            <Link href={paths.executions()} className={buttonClass()}>
              Executions
            </Link>
          </>
        }
      >
        It was deleted, or the address has a mistake in it.
      </EmptyState>
    </>
  );
}
