import { route } from "#lib/web/http.ts";
import { logSearchResponse } from "#lib/web/log-answers.ts";

export const GET = route<{ id: string }>((request, { id }) => logSearchResponse(request, id));
