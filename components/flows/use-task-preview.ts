"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useDebounced } from "#components/ui/use-debounced.ts";
import type { Problem } from "#lib/core/flow-view.ts";
import type { PreviewFinding, PreviewTask } from "#lib/core/preview-view.ts";
import { type PreviewedTask, taskPreviewQuery } from "#lib/query/task-preview.ts";
import { failureText } from "#lib/query/query-client.ts";

/** A cluster is asked when nothing was typed, and the cursor has stood still, for this long. */
const SETTLED_MS = 800;
const NONE: readonly Problem[] = [];

/** The preview beside the source: what it is of, and what it found. */
export interface TaskPreviewState {
  /** The last one there was; undefined before the first. */
  preview: PreviewedTask | undefined;
  /** Why there is none of what is written now; null when there is, or will be. */
  failure: string | null;
  isAsking: boolean;
  /** null: the task at the cursor. */
  pickedTask: string | null;
  pickTask: (id: string | null) => void;
  /** null: what the flow says. */
  connectionId: string | null;
  pickConnection: (id: string | null) => void;
  askAgain: () => void;
  /** What the editor marks: only of the very text that it shows. */
  marks: readonly Problem[];
}

/** Asks what the task at the cursor would run as, as long as somebody looks. */
export function useTaskPreview(options: {
  source: string;
  line: number;
  isOpen: boolean;
}): TaskPreviewState {
  const { source, isOpen } = options;
  const [picked, pickTask] = useState<string | null>(null);
  const [connectionId, pickConnection] = useState<string | null>(null);
  const [tasks, setTasks] = useState<readonly PreviewTask[]>([]);
  const settled = useDebounced(source, SETTLED_MS);
  const line = useDebounced(options.line, SETTLED_MS);
  const pickedTask = tasks.some(({ id, hasPod }) => id === picked && hasPod) ? picked : null;
  const taskId = pickedTask ?? taskAt(tasks, line);
  const query = useQuery({
    ...taskPreviewQuery({ source: settled, taskId, line, connectionId }),
    enabled: isOpen,
  });
  const { data } = query;
  if (data !== undefined && data.tasks !== tasks) setTasks(data.tasks);
  const isCurrent = isOpen && !query.isPlaceholderData && data?.source === source;
  return {
    preview: data,
    failure: query.isError ? failureText(query.error) : null,
    isAsking: isOpen && (query.isFetching || settled !== source),
    pickedTask,
    pickTask,
    connectionId,
    pickConnection,
    askAgain: () => void query.refetch(),
    marks: isCurrent ? data.findings.flatMap(markOf) : NONE,
  };
}

/** The task of this line when it has a pod. */
function taskAt(tasks: readonly PreviewTask[], line: number): string | null {
  const at = tasks.findLast((task) => task.line <= line);
  return at?.hasPod ? at.id : (tasks.find(({ hasPod }) => hasPod)?.id ?? null);
}

/** Only what is to be done something about: an expression without a value yet is none of it. */
function markOf({ severity, check, message, remedy, range }: PreviewFinding): Problem[] {
  if (range === null || (severity !== "error" && severity !== "warning")) return [];
  return [{ severity, code: check, message: `${message} ${remedy}`.trim(), path: "", range }];
}
