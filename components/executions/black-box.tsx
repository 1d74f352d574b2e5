import { Download } from "lucide-react";
import type { ReactElement } from "react";
import { buttonClass } from "#components/ui/button.tsx";
import { paths } from "#lib/core/paths.ts";
import type { TaskRow } from "./task-rows.ts";

/** What the latest attempt's place told of it when it ended badly, to download; nothing without one. */
export function BlackBox({
  executionId,
  row,
}: {
  executionId: string;
  row: TaskRow | null;
}): ReactElement | null {
  const attempt = row?.run?.attempts.findLast(({ blackBox }) => blackBox !== null);
  if (!attempt?.blackBox) return null;
  return (
    <a
      href={paths.executionFile(executionId, attempt.blackBox.uri)}
      download
      title="Its manifest, status, events, node and last log lines, as they were when it ended"
      className={buttonClass()}
    >
      <Download size={16} strokeWidth={1.75} aria-hidden /> Download the{" "}
      {attempt.pod === null ? "run" : "pod"}&apos;s black box
    </a>
  );
}
