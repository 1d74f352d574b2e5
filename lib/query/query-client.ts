import { QueryClient } from "@tanstack/react-query";
import type { ActionError, ActionResult } from "#lib/core/action-result.ts";

/** A server action that was refused: `message` is fit to be shown as it is. */
export class ActionFailure extends Error {
  override readonly name = "ActionFailure";
  readonly code: ActionError["code"];
  readonly fields: Record<string, string>;

  constructor(error: ActionError) {
    super(error.message);
    this.code = error.code;
    this.fields = error.fields;
  }
}

/**
 * What an action answered.
 * @throws ActionFailure when it was refused
 */
export async function actionData<T>(answer: Promise<ActionResult<T>>): Promise<T> {
  const result = await answer;
  if (result.ok) return result.data;
  throw new ActionFailure(result.error);
}

const OFFLINE =
  "Podflow does not answer. Check that it runs and that this machine is connected, then try again.";

/** What to tell a person about anything that a query or an action threw. */
export function failureText(error: unknown): string {
  return error instanceof ActionFailure ? error.message : OFFLINE;
}

/** One for the life of the page. A refused request is not asked again; a lost one is. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => !(error instanceof ActionFailure) && failures < 3,
        // A page in the background is right again the moment it is looked at.
        refetchOnWindowFocus: "always",
      },
    },
  });
}
