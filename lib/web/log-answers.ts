import { SHOWN_CHARACTERS } from "#lib/core/log-line.ts";
import { getExecution } from "#lib/executions/read.ts";
import { readLog, searchLog } from "#lib/executions/read-log.ts";
import { logDownload } from "./log-download.ts";
import { logFilter, logSearch, logWindow } from "./log-query.ts";
import { readQuery } from "./search-params.ts";

/** A window of the lines that match. @throws AppError `not-found` */
export async function logWindowResponse(request: Request, id: string): Promise<Response> {
  const { offset, limit, isWhole, ...filter } = readQuery(request, logWindow);
  const maxCharacters = isWhole ? undefined : SHOWN_CHARACTERS;
  return Response.json(await readLog(id, filter, { offset, limit, maxCharacters }));
}

/** Where in the filtered list the text occurs. @throws AppError `not-found`, `malformed` */
export async function logSearchResponse(request: Request, id: string): Promise<Response> {
  const { q, isRegex, isCaseSensitive, ...filter } = readQuery(request, logSearch);
  return Response.json(await searchLog(id, filter, { text: q, isRegex, isCaseSensitive }));
}

/** The lines that match, as a text file. @throws AppError `not-found` */
export async function logDownloadResponse(request: Request, id: string): Promise<Response> {
  const filter = readQuery(request, logFilter);
  await getExecution(id);
  return logDownload(id, filter);
}
