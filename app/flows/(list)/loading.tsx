import type { ReactElement } from "react";
import { PageBar } from "#components/ui/page-bar.tsx";
import { SkeletonRows } from "#components/ui/skeleton.tsx";

export default function LoadingFlows(): ReactElement {
  return (
    <>
      <PageBar title="Flows" />
      <SkeletonRows label="Loading the flows" />
    </>
  );
}
