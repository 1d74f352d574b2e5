import { checkHealth } from "#lib/web/health.ts";
import { route } from "#lib/web/http.ts";

export const dynamic = "force-dynamic";

export const GET = route(() => checkHealth());
