import { z } from "zod";
import { readSettings } from "#lib/config/env.ts";
import { storeUpload } from "#lib/executions/upload.ts";
import { bodyChunks, contentLength } from "./body.ts";
import { checkFileName } from "./file-name.ts";
import { readQuery } from "./search-params.ts";

const query = z.object({
  namespace: z.string().min(1),
  flowId: z.string().min(1),
  inputId: z.string().min(1),
  name: z.string(),
});

/** Keeps the body of a request as a file for an execution that is still to be made. */
export async function receiveUpload(request: Request): Promise<Response> {
  const { name, ...input } = readQuery(request, query);
  const stored = await storeUpload({
    ...input,
    name: checkFileName(name),
    body: bodyChunks(request),
    expectedBytes: contentLength(request),
    maxBytes: readSettings().maxUploadBytes,
  });
  return Response.json(stored, { status: 201 });
}
