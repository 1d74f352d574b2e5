import { route } from "#lib/web/http.ts";
import { logWindowResponse } from "#lib/web/log-answers.ts";

export const GET = route<{ id: string }>((request, { id }) => logWindowResponse(request, id));
