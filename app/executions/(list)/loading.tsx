import type { ReactElement } from "react";
import { PageBar } from "#components/ui/page-bar.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

export default function Loading(): ReactElement {
  return (
    <>
      <PageBar title="Executions" />
      <SkeletonRows label="Loading the executions" rows={8} />
    </>
  );
}
