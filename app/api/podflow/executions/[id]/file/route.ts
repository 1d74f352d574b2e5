import { fileOf } from "#lib/web/file-answers.ts";
import { route } from "#lib/web/http.ts";

export const GET = route<{ id: string }>((request, { id }) => fileOf(request, id));
