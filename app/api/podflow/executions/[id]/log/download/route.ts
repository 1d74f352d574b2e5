import { route } from "#lib/web/http.ts";
import { logDownloadResponse } from "#lib/web/log-answers.ts";

export const GET = route<{ id: string }>((request, { id }) => logDownloadResponse(request, id));
