import { route } from "#lib/web/http.ts";
import { liveExecution } from "#lib/web/live-execution.ts";

export const GET = route<{ id: string }>((request, { id }) => liveExecution(request, id));
