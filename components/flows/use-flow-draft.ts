"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { flowKeys } from "#lib/query/flows.ts";
import { ActionFailure, actionData } from "#lib/query/query-client.ts";
import { saveFlowAction } from "#lib/web/actions/flows.ts";
import { draftKey, draftOf, dropDraft, keepDraft, NEW_FLOW } from "./drafts.ts";

export interface SavedFlow {
  namespace: string;
  id: string;
  revision: number;
}

/** What the editor began with: a revision of a flow, or nothing that is saved yet. */
export interface DraftBase {
  flow: SavedFlow | null;
  source: string;
}

interface SaveRequest {
  source: string;
  revision: number | null;
  /** It takes the place of what is in the editor. */
  isRestore: boolean;
}

/**
 * A source that is being edited, and how it is saved. `base` is the revision it is an edit of: a save
 * is refused when there is a newer one, unless it says that it has seen that one.
 */
export function useFlowDraft(opened: DraftBase, onSaved: (saved: SavedFlow) => void) {
  const client = useQueryClient();
  const [base, setBase] = useState(opened);
  const key = opened.flow === null ? NEW_FLOW : draftKey(opened.flow);
  const [source, setSource] = useState(() => {
    const draft = draftOf(key);
    return draft !== undefined && draft.revision === (opened.flow?.revision ?? null)
      ? draft.source
      : opened.source;
  });
  const isDirty = source !== base.source;
  const mutation = useMutation({
    mutationFn: async (request: SaveRequest) => {
      const { flow } = base;
      const expected =
        flow === null || request.revision === null
          ? null
          : { namespace: flow.namespace, id: flow.id, revision: request.revision };
      return actionData(saveFlowAction({ source: request.source, expected }));
    },
    onError: async (error) => {
      const { flow } = base;
      if (flow === null || !(error instanceof ActionFailure) || error.code !== "conflict") return;
      // So that the page knows which revision is in the way.
      await client.invalidateQueries({ queryKey: flowKeys.revisions(flow) });
    },
    onSuccess: async (saved, request) => {
      const { namespace, id, revision } = saved;
      dropDraft(key);
      setBase({ flow: { namespace, id, revision }, source: request.source });
      if (request.isRestore) setSource(request.source);
      onSaved({ namespace, id, revision });
      await Promise.all([
        client.invalidateQueries({ queryKey: flowKeys.list }),
        client.invalidateQueries({ queryKey: flowKeys.revisions({ namespace, id }) }),
      ]);
    },
  });
  const change = (text: string) => {
    setSource(text);
    // What was wrong with the text before is told by the problems of this one.
    if (mutation.isError) mutation.reset();
    if (text === base.source) dropDraft(key);
    else keepDraft(key, { source: text, revision: base.flow?.revision ?? null });
  };
  return {
    base,
    source,
    isDirty,
    change,
    isSaving: mutation.isPending,
    hasSaved: mutation.isSuccess,
    /** Why the last save was refused; null after one that was not. */
    saveError: mutation.error,
    forgetSaveError: mutation.reset,
    /** Saves what is written; `over` is the newest revision that the person has decided to follow. */
    save: (over?: number): Promise<SavedFlow> =>
      mutation.mutateAsync({
        source,
        revision: over ?? base.flow?.revision ?? null,
        isRestore: false,
      }),
    /** Saves another source as the revision after `over`, and goes on from it. */
    saveInstead: (text: string, over: number): Promise<SavedFlow> =>
      mutation.mutateAsync({ source: text, revision: over, isRestore: true }),
    /** Starts again from a revision: what was written is given up. */
    restart: (next: DraftBase) => {
      dropDraft(key);
      mutation.reset();
      setBase(next);
      setSource(next.source);
    },
    /** Gives up what was written, as the person leaves. */
    discard: () => dropDraft(key),
  };
}
