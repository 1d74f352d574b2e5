import { route } from "#lib/web/http.ts";
import { taskPreviewResponse } from "#lib/web/task-preview.ts";

export const POST = route((request) => taskPreviewResponse(request));
