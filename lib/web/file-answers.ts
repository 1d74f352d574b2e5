import { z } from "zod";
import { findFile } from "#lib/executions/read-files.ts";
import { getExecution } from "#lib/executions/read.ts";
import { fileResponse } from "./download.ts";
import { previewFile } from "./preview.ts";
import { readQuery } from "./search-params.ts";
import { zipResponse } from "./zip.ts";

const query = z.object({ uri: z.string().min(1, "say which file") });

/** One file of an execution, or a part of it. @throws AppError `not-found` */
export async function fileOf(request: Request, executionId: string): Promise<Response> {
  const { uri } = readQuery(request, query);
  return fileResponse(request, await findFile(executionId, uri));
}

/** What can be shown of it. @throws AppError `not-found` */
export async function previewOf(request: Request, executionId: string): Promise<Response> {
  const { uri } = readQuery(request, query);
  return Response.json(await previewFile(await findFile(executionId, uri)));
}

/** All files of an execution in one archive. @throws AppError `not-found` */
export async function archiveOf(executionId: string): Promise<Response> {
  return zipResponse(await getExecution(executionId));
}
