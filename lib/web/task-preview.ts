import { z } from "zod";
import { AppError } from "#lib/core/app-error.ts";
import { previewTask } from "#lib/executions/preview-task.ts";
import { readText } from "./body.ts";

/** A flow has at most 1 MiB, and JSON may need twice as many bytes for it. */
const MAX_BODY_BYTES = 4 * 1024 ** 2;
/** A person waits for it. The checks of a cluster end before. */
const LIMIT_MS = 10_000;

const request = z.object({
  source: z.string(),
  taskId: z.string().nullable().default(null),
  line: z.int().min(1).nullable().default(null),
  connectionId: z.string().nullable().default(null),
});

/**
 * What a task of a source would run as (`TaskPreview`). Ends when the one who asked goes away.
 * @throws AppError `malformed`, `too-large`, `invalid`, `not-found`, `unavailable`
 */
export async function taskPreviewResponse(asked: Request): Promise<Response> {
  const text = await readText(asked, { what: "a request for a preview", maxBytes: MAX_BODY_BYTES });
  const limit = AbortSignal.timeout(LIMIT_MS);
  try {
    const signal = AbortSignal.any([asked.signal, limit]);
    return Response.json(await previewTask(request.parse(jsonOf(text)), signal));
  } catch (error) {
    if (error !== limit.reason || asked.signal.aborted) throw error;
    const what = `The preview was not ready within ${LIMIT_MS / 1000} s.`;
    throw new AppError("unavailable", `${what} See whether the cluster answers, and try again.`);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("malformed", 'The body is no JSON. Send `{"source": …}`.', { cause });
  }
}
