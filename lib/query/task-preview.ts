import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { TaskPreview } from "#lib/core/preview-view.ts";
import { postJson } from "./fetch-json.ts";

interface PreviewQuestion {
  source: string;
  /** null: the task at `line`, or the first that has a pod. */
  taskId: string | null;
  line: number;
  /** null: what the flow says. */
  connectionId: string | null;
}

/** A preview, with the source that its places are right for. */
export interface PreviewedTask extends TaskPreview {
  source: string;
}

const keyOf = ({ source, taskId, connectionId }: PreviewQuestion) =>
  ["flows", "preview", source, taskId, connectionId] as const;

/**
 * What a task of a source would run as there. It is asked for once for each text and place: the
 * cluster may be another one a minute later, which is what "ask again" is for.
 */
export const taskPreviewQuery = (question: PreviewQuestion) =>
  queryOptions({
    queryKey: keyOf(question),
    queryFn: async ({ signal, client }): Promise<PreviewedTask> => {
      const { source } = question;
      const preview = await postJson<TaskPreview>("/api/podflow/preview", question, signal);
      const found = { ...preview, source };
      // The same question in other words: the task by its name.
      const { taskId } = preview;
      if (question.taskId === null && taskId !== null)
        client.setQueryData(keyOf({ ...question, taskId }), found);
      return found;
    },
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
    refetchOnWindowFocus: false,
  });
